_sample_source() {
  local current="${COMP_WORDS[COMP_CWORD]}"
  local previous="${COMP_WORDS[COMP_CWORD - 1]}"
  COMPREPLY=()
  case "$previous" in
    --config) COMPREPLY=($(compgen -f -- "$current")); return 0 ;;
    --secrets) COMPREPLY=($(compgen -f -- "$current")); return 0 ;;
    --fluvio-topic) return 0; return 0 ;;
    --rust-log) return 0; return 0 ;;
    --smartstream-filter) return 0; return 0 ;;
    --smartstream-map) return 0; return 0 ;;
    --smartstream-arraymap) return 0; return 0 ;;
    --producer-linger) return 0; return 0 ;;
    --producer-compression) COMPREPLY=($(compgen -W 'none gzip snappy lz4 zstd' -- "$current")); return 0 ;;
    --producer-batch-size) return 0; return 0 ;;
    --producer-max-request-size) return 0; return 0 ;;
    --consumer-partition) return 0; return 0 ;;
    --consumer-max-bytes) return 0; return 0 ;;
    --consumer-id) return 0; return 0 ;;
    --consumer-offset-start) return 0; return 0 ;;
    --consumer-offset-strategy) COMPREPLY=($(compgen -W 'none manual auto' -- "$current")); return 0 ;;
    --consumer-offset-flush-period) return 0; return 0 ;;
    --transform) return 0; return 0 ;;
    --endpoint) return 0; return 0 ;;
    --method) COMPREPLY=($(compgen -W 'GET POST PUT' -- "$current")); return 0 ;;
    --interval) return 0; return 0 ;;
    --pause) return 0; return 0 ;;
    --header) return 0; return 0 ;;
    --body) return 0; return 0 ;;
    --token) return 0; return 0 ;;
    --output-parts) COMPREPLY=($(compgen -W 'body full' -- "$current")); return 0 ;;
    --delimiter) return 0; return 0 ;;
    --qos) return 0; return 0 ;;
    --count) return 0; return 0 ;;
    --port) return 0; return 0 ;;
    --ratio) return 0; return 0 ;;
    --fetch-max-bytes) return 0; return 0 ;;
    --option) return 0; return 0 ;;
    --mapping) return 0; return 0 ;;
    --websocket-config-subscription-messages) return 0; return 0 ;;
    --websocket-config-ping-interval-ms) return 0; return 0 ;;
  esac
  COMPREPLY=($(compgen -W '--config --secrets --fluvio-topic --rust-log --smartstream-filter --smartstream-map --smartstream-arraymap --producer-linger --producer-compression --producer-batch-size --producer-max-request-size --consumer-partition --consumer-max-bytes --consumer-id --consumer-offset-start --consumer-offset-strategy --consumer-offset-flush-period --transform --endpoint --method --interval --pause --header --body --token --output-parts --stream --verify --delimiter --qos --count --port --ratio --fetch-max-bytes --option --mapping --websocket-config-subscription-messages --websocket-config-ping-interval-ms --help --version' -- "$current"))
}
complete -F _sample_source sample-source
