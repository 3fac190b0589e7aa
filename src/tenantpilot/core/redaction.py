"""The shapes of secrets and personal data, and their removal from free text (OPS-12).

Linear patterns, applied in order: what hides to the end of a line comes first, single words last.
Codes that help to mend something (AADSTS, HRESULT, HTTP status, Graph's code) survive even inside
what is hidden, since they are taken from it by allow-list.
"""

import re
import unicodedata
from collections.abc import Callable
from itertools import pairwise

MAX_INPUT = 32_768
MAX_TEXT = 4_096
HIDDEN = "[hidden]"

Replacement = str | Callable[[re.Match[str]], str]


def redacted(text: str) -> str:
    """Text without secrets and personal data, as far as shapes can tell; one line of at most MAX_TEXT characters."""
    if _PLAIN_NAME.fullmatch(text):
        return text
    cleaned = _plain(_bounded(text, MAX_INPUT))
    for pattern, replacement in _SHAPES:
        cleaned = pattern.sub(replacement, cleaned)
    return _bounded(_LONG_WORD.sub(_hide_if_random, cleaned).replace("\n", " "), MAX_TEXT)


def is_secret_name(name: str) -> bool:
    """Return True if a field of this name holds what nobody may read."""
    return bool(_SECRET_NAME.search(name))


_PLAIN_NAME = re.compile(r"[a-z]{1,15}(?:_[a-z]{1,15}){0,4}")

# Making text plain, so that one shape has one spelling.


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text)
    without_ansi = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", folded)
    plain = _NOT_PLAIN.sub(_plain_character, without_ansi)
    return plain if plain.isascii() else _WORD.sub(_latin, plain)


_NOT_PLAIN = re.compile(r"[^\n\x20-\x7e]")


def _plain_character(match: re.Match[str]) -> str:
    """Control characters would forge log lines; format characters would hide inside a word."""
    character = match.group()
    return {"Cf": "", "Cc": " ", "Cs": "", "Co": "", "Zl": " ", "Zp": " "}.get(
        unicodedata.category(character), character
    )


_WORD = re.compile(r"[A-Za-z_\u0370-\u04ff-]+")
_LOOKALIKES = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0445\u0443\u0456\u0455\u0458\u043a\u0442\u03bf\u03b1\u03b5\u03ba\u03c1\u03c4",
    "aeopcxyisjktoaekpt",
)


def _latin(match: re.Match[str]) -> str:
    """Return a word that mixes Latin with lookalikes as Latin; a Greek or Cyrillic word stays."""
    word = match.group()
    return word.translate(_LOOKALIKES) if re.search("[A-Za-z]", word) else word


def _bounded(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    half = most // 2 - 2
    # The word that is cut in two goes whole: half a secret has no shape.
    head, tail = text[:half].rsplit(maxsplit=1), text[-half:].split(maxsplit=1)
    return f"{head[0] if head else ''} … {tail[-1] if tail else ''}"


# What may be kept of what is hidden.

_CODES = re.compile(
    r"\bAADSTS\d{4,7}\b|\b0x[0-9A-Fa-f]{8}\b|\b(?:HTTP|status)(?:[ _]?code)?[\"']?[ =:/]{1,3}\d{3}\b"
    r"|\\?[\"']code\\?[\"']\s*:\s*\\?[\"'][A-Za-z]{3,48}\\?[\"']|\bSQLSTATE[ =:]*[0-9A-Z]{5}\b"
    r"|\b[\w-]{0,12}request[_-]?id[\"']?[ =:]{1,3}[\"']?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}",
    re.I,
)


def _hide_to_end(match: re.Match[str]) -> str:
    named, hidden = match.group(1), match.group(2)
    return " ".join([f"{named}{HIDDEN}", *_CODES.findall(hidden)])


# What is hidden.

_SENSITIVE_WORDS = (
    r"secret|passw(?:or)?[dt]|passwd|pwd|passphrase|kennwort|(?<![a-z])pass(?![a-z])|token|credential|"
    r"api[_ -]?key|(?:private|account|access|shared|signing|encryption|master|sealing|storage|session|license|recovery|host|primary|"
    r"secondary|function|subscription)[_ -]?keys?|(?<![a-z])auth(?![a-z])|authorization|cookie|session[_-]?id|sessionid|csrf|signature|"
    r"(?<![a-z])sig(?![a-z])|assertion|connection[_ -]?string|(?<![a-z])dsn(?![a-z])|(?<![a-z])psk(?![a-z])|pre[_-]?shared|"
    r"encrypted[_-]?value|(?:auth|authorization|device|user|recovery|security|verification)[_-]?codes?|(?<![a-z])(?:t?otp|pin|cvv)(?![a-z])"
)
_SECRET_NAME = re.compile(
    _SENSITIVE_WORDS.replace("token", "tokens?(?!s?[_-]?(?:type|expir))") + r"|x5c|pkcs12|pfx|sealed", re.I
)
_QUOTED = r"\\\\?[\"'][^\"'\\]*\\{0,2}[\"']?|\"(?:[^\"\\\n]|\\.)*\"?|'(?:[^'\\\n]|\\.)*'?|“[^”\n]*”?|`[^`\n]*`?"
_SEPARATOR = r"[\\\"'\]]{0,4}\s{0,3}(?:=>|:=|[=:]|%3[AaDd]|%22%3[Aa]%22)\s{0,3}"
_UUID = r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"

_SHAPES: list[tuple[re.Pattern[str], Replacement]] = [
    (re.compile(r"-----BEGIN [A-Z0-9 ]{1,40}-----.*?(?:-----END [A-Z0-9 ]{1,40}-----|\Z)", re.S), HIDDEN),
    # The end of a key without its beginning: whatever stands before it may be the key.
    (re.compile(r"\A.*-----END [A-Z0-9 ]{1,40}-----", re.S), HIDDEN),
    # Whole rows, parameters and bodies.
    (re.compile(r"\b((?:DETAIL|CONTEXT|HINT|LINE \d{1,4}|input_value|\[?(?:SQL )?parameters?|params|args|kwargs|bind values|VALUES)[\"']?\s{0,3}[:=(])(.{1,8192})", re.S), _hide_to_end),
    (re.compile(r"((?:\b[\w-]{0,20}(?:cookie|authorization)[\w-]{0,20}|\bx-[\w-]{1,30}(?:key|token|secret))[\"']?\s{0,3}[:=]\s{0,3})([^\n]{1,4096})", re.I), _hide_to_end),
    (re.compile(r"()((?:[\[{]\s{0,8}){1,4}\\{0,2}[\"'][^\n]{4,16384})"), _hide_to_end),
    (re.compile(r"()(<\?xml[^\n]{4,16384}|<(?:html|!doctype|soap)[^\n]{4,16384})", re.I), _hide_to_end),
    # Schemes and links.
    (re.compile(r"\b(bearer|basic|negotiate|ntlm|digest|sharedkey|apikey)(?:\s|%20|\+){1,3}[^\s,;\"']{6,}", re.I), r"\1 " + HIDDEN),
    (re.compile(r"(?:\be|%65)y[A-Za-z0-9_-]{6,}(?:(?:\.|%2[eE])[A-Za-z0-9_-]*){0,4}=*"), HIDDEN),
    (re.compile(r"(\b[a-z][a-z0-9+.-]{1,20}:(?://|%2[fF]%2[fF]))[^\s/]{1,256}@", re.I), r"\1" + HIDDEN + "@"),
    (re.compile(r"(\b(?:https?|wss?|ftp)://[^\s?#\"'<>]{1,2048})[?#][^\s\"'<>]{1,4096}", re.I), r"\1?" + HIDDEN),
    # Names with their values; what is said like a sentence may have several words.
    (re.compile(rf"\b((?:pass(?:word|phrase|wort)|kennwort)\s?:\s)(?:{_QUOTED}|[^\s,;&}}]{{1,256}}(?: [a-z]{{2,32}}){{0,8}})", re.I), r"\1" + HIDDEN),
    (re.compile(rf"((?:{_SENSITIVE_WORDS})[\w.\-]{{0,40}}{_SEPARATOR})(?:{_QUOTED}|[^\s,;&}}\])]+)", re.I), r"\1" + HIDDEN),
    (re.compile(r"((?:^|\s)--?[\w-]{0,24}(?:password|passwd|pass|token|secret|key|credential|pin|psk)s?(?:\s{1,3}|=))(?:" + _QUOTED + r"|\S+)", re.I), r"\1" + HIDDEN),
    (re.compile(r"((?:^|\s)(?:-u|--user)\s{1,3}\S{1,64}?:)\S+"), r"\1" + HIDDEN),
    (re.compile(r"\b((?:mysql|mysqldump|sshpass|psql|sqlcmd|net use|plink)\b[^\n]{0,120}?\s-[pP])\s?\S+", re.I), r"\1" + HIDDEN),
    (re.compile(r"\b(net1?(?:\.exe)? user\s{1,3})\S{1,64}\s{1,3}(?!/)\S+", re.I), r"\1" + HIDDEN),
    (re.compile(rf"\b((?:secret|password|passphrase|passcode|pwd|pin|token|api key|key)(?: value| text)?(?: (?:is|was|of|to|set to|for \S{{1,64}} (?:is|was)))?\s{{1,3}})(?:{_QUOTED})", re.I), r"\1" + HIDDEN),
    (re.compile(r"\b((?:password|passphrase|passcode|pwd|secret value|api key)(?: (?:is|was|to|set to|now))?\s{1,3})(?=[^\s]{0,64}[0-9!@#$%^*~+])\S{4,}", re.I), r"\1" + HIDDEN),
    (re.compile(rf"\b((?:user(?:name)?|login|account|upn|as)\b[ =:]{{1,3}}[^\s\"']{{0,64}}[ ,/]{{1,3}})(?:{_QUOTED})", re.I), r"\1" + HIDDEN),
    # Things that are known by their looks.
    (re.compile(r"\b(?:gh[pousr]_|github_pat_|xox[abeprs]-|AKIA|ASIA|glpat-|sk[-_](?:live|test|proj)?[-_]?|rk_live_|npm_|pypi-|AIza|ya29\.|SG\.|dop_v1_|hvs\.|gAAAA|[01]\.A[QRSUVWXYZ])[A-Za-z0-9_.-]{8,}"), HIDDEN),
    (re.compile(r"[A-Za-z0-9_~.-]{3}\dQ~[A-Za-z0-9_~.-]{6,}"), HIDDEN),
    (re.compile(r"\b(?:\d{6}-){2,7}\d{6}\b"), HIDDEN),
    (re.compile(r"(?<![\w.+'-])[\w.+'-]{1,256}(?:@|%40|\s?\(at\)\s?|\s?\[at\]\s?)[\w-]{1,63}(?:(?:\.|%2[eE])[\w-]{1,63}){1,4}", re.I), "[address]"),
    (re.compile(r"(?<![\w.+-])[\w.+-]{1,256}_[\w-]{1,63}\.\w{2,24}#EXT#\S{0,128}", re.I), "[address]"),
    (re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]\d)"), "[ip]"),
    (re.compile(r"(?<![\w:])(?:[0-9a-f]{1,4}:){2,7}(?::?[0-9a-f]{1,4}){1,6}(?![\w:])|(?<![\w:])(?:[0-9a-f]{1,4}:){1,6}:(?![\w:])", re.I), "[ip]"),
    (re.compile(r"\b(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}\b", re.I), "[mac]"),
    (re.compile(r"(?<![\w-])(?:\+|00)\d{1,3}[ ./()-]{0,2}\d{1,5}(?:[ ./()-]{0,2}\d{2,6}){1,5}(?![\w-])|\(\d{3}\) ?\d{3}-\d{4}"), "[phone]"),
    (re.compile(r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])"), "[number]"),
    (re.compile(r"(?<![\w.-])\d{4}([ -]?)\d{4}\1\d{4}\1\d{1,7}(?![\w-])"), "[number]"),
    (re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b"), "[number]"),
    (re.compile(r"((?:/home/|/Users/|[A-Z]:\\{1,2}(?:Users|Documents and Settings)\\{1,2}|file:///c:/users/))[^\s/\\:\"']{1,64}", re.I), r"\1[person]"),
]  # fmt: skip

_LONG_WORD = re.compile(r"[A-Za-z0-9+/_=~.%-]{20,}")
_IDENTIFIER = re.compile(r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}|\d{4}-\d\d-\d\dT\d\d")
_HEX = re.compile(r"[0-9a-f]{32,}|[0-9A-F]{32,}")
_BETWEEN_NAMES = re.compile(r"[/._-]")
_CLASSES = ("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789")
_RESTLESS = 0.27


def _hide_if_random(match: re.Match[str]) -> str:
    """Keys change between kinds of characters all the time; names and paths seldom do, and ids are spared."""
    word = _IDENTIFIER.sub("", match.group())
    if _HEX.search(word):
        return HIDDEN
    word = _BETWEEN_NAMES.sub("", word)
    kinds = [_kind(character) for character in word]
    changes = sum(item != other for item, other in pairwise(kinds))
    is_random = len(word) >= 20 and len(set(kinds)) >= 3 and len(set(word)) >= 10 and changes >= _RESTLESS * len(word)
    return HIDDEN if is_random else match.group()


def _kind(character: str) -> int:
    return next((number for number, members in enumerate(_CLASSES) if character in members), 3)
