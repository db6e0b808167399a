"""boto3's paginator and batch_writer."""

import json
import os
import resource
import time

import boto3


def archive():
    table = boto3.resource("dynamodb").Table(os.environ["SESSION_ARCHIVE_SESSIONS_TABLE"])
    pages = boto3.client("ssm").get_paginator("describe_sessions").paginate(State="History", MaxResults=200)
    with table.batch_writer(overwrite_by_pkeys=["SessionId"]) as batch:
        for page in pages:
            for session in page["Sessions"]:
                for name in ("StartDate", "EndDate"):
                    if name in session:
                        session[name] = session[name].isoformat()
                batch.put_item(Item=session)


began = time.perf_counter()
archive()
seconds = time.perf_counter() - began
used = resource.getrusage(resource.RUSAGE_SELF)
print(
    json.dumps(
        {
            "seconds": seconds,
            "cpuSeconds": used.ru_utime + used.ru_stime,
        }
    )
)
