"""Stands in for Mistral's Python SDK, which the tests do not install: the calls and the objects that
a snippet uses have the names that it gives them (https://pypi.org/project/mistralai, 2.x, August 2026)."""

import json
import urllib.request
from types import SimpleNamespace


class Mistral:
    def __init__(self, api_key, server_url="https://api.mistral.ai"):
        self.chat = Chat(api_key, server_url)


class Chat:
    def __init__(self, api_key, server_url):
        self.api_key, self.server_url = api_key, server_url

    def stream(self, *, model, messages):
        request = urllib.request.Request(
            f"{self.server_url}/v1/chat/completions",
            json.dumps({"model": model, "messages": messages, "stream": True}).encode(),
            {"Authorization": f"Bearer {self.api_key}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request) as response:
            for line in response:
                text = line.decode().strip().removeprefix("data: ")
                if text.startswith("{"):
                    yield SimpleNamespace(data=json.loads(text, object_hook=lambda row: SimpleNamespace(**row)))
                elif text == "[DONE]":
                    return
        # urllib takes a connection that was cut for the end; httpx, which the SDK uses, does not.
        raise ConnectionError("The answer was cut off.")
