#compdef sample-source
_arguments \
  '--config=[YAML file with the options.]:value:_files' \
  '--secrets=[File with `NAME=value` lines.]:value:_files' \
  '--fluvio-topic=[Topic of the records.]:value:' \
  '--rust-log=[Which log lines are printed.]:value:' \
  '--smartstream-filter=[SmartModule that filters.]:value:' \
  '--smartstream-map=[SmartModule that maps.]:value:' \
  '--smartstream-arraymap=[SmartModule that splits.]:value:' \
  '--producer-linger=[Longest wait for a batch to fill before it is sent.]:value:' \
  '--producer-compression=[Codec of the batches.]:value:(none gzip snappy lz4 zstd)' \
  '--producer-batch-size=[Size at which a batch is sent.]:value:' \
  '--producer-max-request-size=[Largest request to the cluster.]:value:' \
  '--consumer-partition=[Partition that is read, several, or `all`.]:value:' \
  '--consumer-max-bytes=[Most bytes that one answer of the cluster has.]:value:' \
  '--consumer-id=[Name under which offsets are stored in the cluster.]:value:' \
  '--consumer-offset-start=[Where to begin when no offset is stored\: `beginning`, `end`, `absolute=N`, `from-beginning=N` or `from-end=N`.]:value:' \
  '--consumer-offset-strategy=[Who stores the offset of what is done.]:value:(none manual auto)' \
  '--consumer-offset-flush-period=[Longest time between two stored offsets.]:value:' \
  '--transform=[SmartModule of the chain, as JSON.]:value:' \
  '--endpoint=[Address that is requested.]:value:' \
  '--method=[HTTP method of the request.]:value:(GET POST PUT)' \
  '--interval=[Pause between two requests.]:value:' \
  '--pause=[Pause after an error.]:value:' \
  '--header=[Header sent with the request, as `Name\: value`.]:value:' \
  '--body=[Body of the request.]:value:' \
  '--token=[Token of the service.]:value:' \
  '--output-parts=[What a record holds.]:value:(body full)' \
  '--stream[Keep one response open and split it.]' \
  '--verify[Check the certificate of the server.]' \
  '--delimiter=[Text that ends a record.]:value:' \
  '--qos=[Quality of service.]:value:' \
  '--count=[The maximum number of records to send.]:value:' \
  '--port=[Port of the broker.]:value:' \
  '--ratio=[Share of the records that is kept.]:value:' \
  '--fetch-max-bytes=[Most bytes of one answer.]:value:' \
  '--option=[Setting of the library.]:value:' \
  '--mapping=[How fields become columns.]:value:' \
  '--websocket-config-subscription-messages=[Text sent right after connecting.]:value:' \
  '--websocket-config-ping-interval-ms=[Pause between two pings.]:value:' \
  '--help[Print this text.]' \
  '--version[Print name and version.]'
