"""The adapter to a server on the centre's own machines that speaks the OpenAI chat interface.

vLLM, llama.cpp, Ollama, LM Studio and others do. It is told to answer deterministically
(temperature 0, a seed) and in the form of a JSON Schema, said as OpenAI says it, else as
llama-cpp-python does; one that does not know ``response_format`` is asked without it.
"""

from typing import Any, Literal, get_args

from pydantic import BaseModel, Field, ValidationError

from qa_pipeline.errors import UsageError
from qa_pipeline.language_model.addresses import own_place
from qa_pipeline.language_model.protocol import Completion, NoAnswerError, Prompt

MAX_BYTES = 1 << 20
"""An answer that is longer than this is not read to its end."""
MAX_TOKENS = 1_500
_SEED = 20_261_122
_TRIES = 2
_MAY_PASS = frozenset({408, 425, 429, 500, 502, 503, 504})
"""HTTP statuses after which asking once more may help."""
_NOT_UNDERSTOOD = frozenset({400, 415, 422, 501})
"""HTTP statuses of servers that do not know a form of ``response_format``."""
_FAILED = 500
"""Some say so for a form that they do not know, and name it."""
_Form = Literal["json_schema", "json_object", "none"]
_FORMS: tuple[_Form, ...] = get_args(_Form)


class _Message(BaseModel):
    content: str


class _Choice(BaseModel):
    message: _Message


class _Body(BaseModel):
    choices: list[_Choice] = Field(min_length=1)
    model: str | None = None
    system_fingerprint: str | None = None


class EndpointModel:
    """A language model behind an endpoint of the centre's own."""

    def __init__(
        self, endpoint: str, model: str, *, timeout_s: float = 60.0, api_key: str | None = None
    ) -> None:
        """Check the address; connect to nothing yet.

        Args:
            endpoint: Address up to and with ``/v1``, on this machine or in a private network.
            model: What the server calls the model.
            timeout_s: Seconds that one request may take in all, from connecting to the last byte.
            api_key: Sent as a bearer token, where the server wants one.

        Raises:
            UsageError: The address is not one of the centre's own, or the key cannot be sent.
        """
        self._place = own_place(endpoint)
        self._model = model
        self._timeout_s = timeout_s
        self._key = _sendable(api_key)
        self._form: _Form = _FORMS[0]

    @property
    def name(self) -> str:
        """What the server calls the model."""
        return self._model

    def complete(self, prompt: Prompt) -> Completion:
        """Answer a prompt. What gave no answer is tried once more; an answer is final."""
        for attempt in range(1, _TRIES + 1):
            try:
                return self._once(prompt)
            except NoAnswerError as error:
                passing = error.problem in ("no_connection", "timeout") or (
                    error.problem == "refused" and int(error.detail.split()[-1]) in _MAY_PASS
                )
                if attempt == _TRIES or not passing:
                    raise
        raise AssertionError("the last try returns or raises")

    def _once(self, prompt: Prompt) -> Completion:
        for form in _FORMS[_FORMS.index(self._form) :]:
            status, content = self._post(prompt, form)
            if not _not_understood(status, content):
                break
        if status == 200:
            self._form = form  # the next question is asked in it at once
        else:
            raise NoAnswerError("refused", f"HTTP {status}")
        try:
            body = _Body.model_validate_json(content)
        except ValidationError as error:
            kind = error.errors(include_input=False, include_context=False)[0]["type"]
            raise NoAnswerError("malformed", f"not a chat completion ({kind})") from None
        version = " ".join(part for part in (body.model, body.system_fingerprint) if part)
        return Completion(body.choices[0].message.content, _printable(version))

    def _post(self, prompt: Prompt, form: _Form) -> tuple[int, bytes]:
        """Return status and body of one request."""
        from qa_pipeline.language_model.exchange import post

        headers = {"Host": self._place.host_header, "Accept-Encoding": "identity"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        return post(
            self._place.url("/chat/completions"),
            self._request(prompt, form),
            headers=headers,
            server_name=self._place.host,
            timeout_s=self._timeout_s,
            max_bytes=MAX_BYTES,
        )

    def _request(self, prompt: Prompt, form: _Form) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": self._model,
            "messages": [
                {"role": "system", "content": prompt.system},
                {"role": "user", "content": prompt.user},
            ],
            "temperature": 0,
            "top_p": 1,
            "seed": _SEED,
            "max_tokens": MAX_TOKENS,
            "stream": False,
        }
        if form == "json_schema":
            named = {"name": "answer", "strict": True, "schema": prompt.schema}
            body["response_format"] = {"type": form, "json_schema": named}
        elif form == "json_object":
            body["response_format"] = {"type": form, "schema": prompt.schema}
        return body


def _sendable(key: str | None) -> str | None:
    """Return the key, where a header can hold it; what it is stands in no message."""
    if key is not None and not all("!" <= character <= "~" for character in key):
        raise UsageError(
            "QA_JUDGE_API_KEY holds a space, a line break or a character that is not ASCII, which "
            "no key has: copy it again, without quotation marks"
        )
    return key


def _not_understood(status: int, content: bytes) -> bool:
    """Tell whether a server refuses the form that it was asked for, and not the question."""
    return status in _NOT_UNDERSTOOD or (status == _FAILED and b"response_format" in content)


def _printable(text: str) -> str:
    return "".join(character for character in text if character.isprintable())[:200]
