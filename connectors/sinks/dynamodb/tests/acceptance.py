# SPDX-License-Identifier: Apache-2.0
"""The DynamoDB sink in the acceptance suite: its outside is a table of dynalite."""

import json
import urllib.request

from sluice_acceptance import CANARY, Record, SinkOutside
from sluice_acceptance.processes import until


class Outside(SinkOutside):
    server = "dynalite"
    guarantee = "at least once"
    takes = "json"
    ordered = False  # a table has no order
    bulk_bytes = 2 << 20
    poison = {"malformed": Record(b"not JSON", b"k")}
    secret_options = (f"--session-token={CANARY}",)
    wrong_options = (["--column-types=S"], ["--column-types=X", "--column-names=a"])
    known_limits = ("an item that is written again replaces itself, so duplicates do not show",)

    def options(self):
        return ["--table-name", self.place, "--endpoint", self.env["DYNALITE_URL"], "--access-key-id=AK",
                f"--secret-access-key={CANARY}"]

    def call(self, operation, **body):
        request = urllib.request.Request(
            self.env["DYNALITE_URL"], json.dumps(body).encode(),
            {"X-Amz-Target": f"DynamoDB_20120810.{operation}",
             "Content-Type": "application/x-amz-json-1.0",
             "X-Amz-Date": "20260101T000000Z",
             "Authorization": "AWS4-HMAC-SHA256 Credential=AK/20260101/us-east-1/dynamodb/aws4_request, "
             "SignedHeaders=host, Signature=00"})
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)

    def prepare(self):
        self.call("CreateTable", TableName=self.place, BillingMode="PAY_PER_REQUEST",
                  KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
                  AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}])
        # A table that is being created takes nothing.
        until(lambda: self.call("DescribeTable", TableName=self.place)["Table"]["TableStatus"] == "ACTIVE",
              "the table is there")

    def items(self):
        more = {}
        while True:
            page = self.call("Scan", TableName=self.place, **more)
            yield from page["Items"]
            if "LastEvaluatedKey" not in page:
                return
            more = {"ExclusiveStartKey": page["LastEvaluatedKey"]}

    def read_back(self):
        return sorted(item["id"]["S"] for item in self.items())

    def read_texts(self):
        return {item["id"]["S"]: item["text"]["S"] for item in self.items()}
