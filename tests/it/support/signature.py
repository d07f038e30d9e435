"""The Authorization header that a request must have, by botocore.

Reads one JSON object from standard input: method, url, the signed headers, the body as base64, region, service, and the
credentials. The hash of the body and the order and escapes of the query are botocore's own, not those of the request.
"""

import base64
import json
import sys
from urllib.parse import parse_qsl, urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

given = json.load(sys.stdin)
url = urlsplit(given["url"])
request = AWSRequest(
    method=given["method"],
    url=url._replace(query="").geturl(),
    params=dict(parse_qsl(url.query, keep_blank_values=True, strict_parsing=bool(url.query))),
    headers=given["headers"],
    data=base64.b64decode(given["body"]),
)
request.context["timestamp"] = request.headers["x-amz-date"]
signer = SigV4Auth(Credentials(*given["credentials"]), given["service"], given["region"])
if "x-amz-content-sha256" in request.headers:
    request.headers.replace_header("x-amz-content-sha256", signer.payload(request))

signed = signer.signed_headers(signer.headers_to_sign(request))
signature = signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)
print(f"AWS4-HMAC-SHA256 Credential={signer.scope(request)}, SignedHeaders={signed}, Signature={signature}", end="")
