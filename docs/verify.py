"""A second opinion on a ledger, written from format.md and the texts of C2SP (c2sp.org) alone.
    python3 verify.py LEDGER_DIR | --tiles TILE_DIR [--against CHECKPOINT] [--key VKEY]...
Every check has a line, every fault one or more (`finding:`), the verdict is last. Exit code: 0
verified, 3 damaged, 5 could not look. BLAKE3 needs the package `blake3`, Ed25519 `cryptography`."""
import argparse, base64, collections, datetime, functools, hashlib, importlib.util, json, re, sys
from pathlib import Path
blake3 = importlib.import_module("blake3").blake3 if importlib.util.find_spec("blake3") else None

INSTANT = r'"[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{3}Z"'
RECORD = r"""{"actor":"[a-z]-[0-9]{1,12}",("clock":TIME,)?"command":"[A-Za-z0-9._:/-]{1,128}",
"data":{.*},"kind":"[a-z][a-z0-9_]*","occurred_on":"[0-9]{4}(-[0-9]{2}){0,2}","part":NR,"parts":NR,
"position":[0-9]+,"previous":"[0-9a-f]{64}","recorded_at":TIME,"request":"[0-9a-f]{64}",
"salt":"[0-9a-f]{32}","schema":NR,("signature":"[A-Za-z0-9+/=._:-]{1,4096}",)?
"stream":"(ledger|[a-z-]+/[A-Za-z0-9-]+)","version":NR}""".replace("\n", "")  # section 3
RECORD = RECORD.replace("TIME", INSTANT).replace("NR", "[1-9][0-9]*")
OPENING = r'ledger ledger_opened {"created":%s,"format":1,"origin":"(?!.*://)[^\s+"]+"}' % INSTANT
SHARED = ("actor", "clock", "command", "parts", "recorded_at", "request")  # by a whole command
SLOT = (b'{"checksum":"([0-9a-f]{64})","head":({"hash":"([0-9a-f]{64})","length":([0-9]{1,16}),'
        b'"position":([0-9]{1,16}),"segment":"([0-9]{20}.jsonl)"})} *\n')
Note = collections.namedtuple("Note", "place text origin size root signatures")
findings = []  # where
def finding(place, *faults):
    for check, why in faults:
        findings.append(place)
        if len(findings) <= 20:
            print(f"finding: {place}: {check}: {why}")
def leaf_hash(line):  # SHA-256(0x00 || line)
    return hashlib.sha256(b"\x00" + line).digest()
def node_hash(right, left):  # SHA-256(0x01 || left || right)
    return hashlib.sha256(b"\x01" + left + right).digest()
def canonical(value):
    """RFC 8785, of what section 2 allows; a name that stood twice stands here once."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
def is_allowed(value, depth=1):
    """Whether section 2 allows the value: no null, no fraction, no control character."""
    if isinstance(value, dict):
        names = [name for name in value if not re.fullmatch("[a-z][a-z0-9_]*", name)]
        return not names and is_allowed(list(value.values()), depth)
    if isinstance(value, list):
        return depth <= 32 and all(is_allowed(inner, depth + 1) for inner in value)
    if isinstance(value, str):
        return not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", value)
    return isinstance(value, int) and abs(value) < 2**53
def read_line(line):
    """Of a line with its newline: its faults, the hash it states, and its record or {}."""
    frame = re.fullmatch(b'{"hash":"([0-9a-f]{64})","record":({.*})}\n', line)
    if not frame or len(line) > 65536:
        return [("line", "is not framed like a record, or is too long")], None, {}
    faults, stated, check = [], frame[1].decode(), "line"
    # hash = BLAKE3-256(the value of `record`, as it stands)
    if blake3 and blake3(frame[2]).hexdigest() != stated:
        faults.append(("hash", "is not that of the record"))
    try:
        text, check = frame[2].decode(), "canonical"
        record = json.loads(text)
        if canonical(record) != text or not is_allowed(record):
            faults.append((check, "is not canonical, or holds what may not be"))
        check, names = "members", record.keys() - {"clock", "signature"}
        if len(names) != 15 or not re.fullmatch(RECORD, canonical(record)):
            raise ValueError("one is missing, unknown, or not as it must be")
        for name in ("clock", "occurred_on", "recorded_at"):  # of a coarse date its first day
            datetime.date.fromisoformat((record.get(name, "2000") + "-01-01")[:10])
        return faults, stated, record
    except (ValueError, RecursionError) as error:
        return faults + [(check, ascii(str(error)))], stated, {}

class Log:
    """Lines and leaves one after the other. After a fault it goes on from what the line says."""
    def __init__(self, sizes):
        self.size, self.roots = 0, dict.fromkeys(sizes)
        self.subtrees, self.stored, self.tiled = [], bytearray(), collections.defaultdict(bytearray)
        self.lines = self.position = self.whole = 0
        self.hash, self.last, self.opening, self.is_open = "0" * 64, {}, {}, False
        self.versions, self.commands, self.keys = collections.Counter(), set(), []
    def add_leaf(self, leaf):
        """Grows the tree of RFC 6962 by the hash of a leaf."""
        done, self.size = [leaf], self.size + 1
        while self.size % 2 ** len(done) == 0:
            done.append(node_hash(done[-1], self.subtrees.pop()))
        self.subtrees.append(done[-1])
        self.stored += b"".join(done)  # the order of `tree/hashes`
        for level, digest in enumerate(done[::8]):
            self.tiled[level] += digest
        self.whole = self.whole if self.is_open else self.size
        if self.size in self.roots and not self.is_open:  # no checkpoint falls inside a command
            root = functools.reduce(node_hash, self.subtrees[::-1])
            self.roots[self.size] = base64.b64encode(root).decode()
    def add_line(self, line):
        """The faults of a line: of itself, and of what must hold between records (section 4)."""
        faults, stated, record = read_line(line)
        if record:
            last, stream, data = self.last, record["stream"], record["data"]
            before, self.versions[stream] = self.versions[stream], record["version"]
            part = last["part"] + 1 if self.is_open else 1 if last or not self.lines else None
            same = not self.is_open or all(record.get(name) == last.get(name) for name in SHARED)
            opens = re.fullmatch(OPENING, f"{stream} {record['kind']} {canonical(data)}")
            faults += [(check, why) for check, holds, why in (
                ("position", record["position"] == self.position, f"says {record['position']}"),
                ("previous", self.hash in (None, record["previous"]), "is not the hash before"),
                ("version", record["version"] == before + 1, f"is not the one after {before}"),
                ("time", record["recorded_at"] >= last.get("recorded_at", ""), "runs backwards"),
                ("members", record["part"] == 1 or "signature" not in record, "signed too late"),
                ("parts", same and record["part"] in (part, part or record["part"])
                 and record["part"] <= record["parts"], f"is not part {part} of its command"),
                ("key", part != 1 or record["command"] not in self.commands, "came before"),
                ("opening", opens or self.lines, "opens no ledger of format 1")) if not holds]
            self.commands.add(record["command"])
            self.opening = self.opening if self.lines else data
            if (stream, "key" in data) == ("key/ledger", True):
                self.keys.append((self.lines, str(data["key"]), f"record {self.lines}"))
        self.hash, self.last, self.lines = stated, record, self.lines + 1
        self.position = record.get("position", self.position) + 1
        self.is_open = record.get("part", 0) < record.get("parts", 0)
        return faults
def check_journal(root, log, _):
    """The lines to the journal's end (section 8), and what repeats them."""
    head = b"".join(path.read_bytes() for path in root.glob("head"))
    slots = [re.fullmatch(SLOT, head[at:at + 512]) for at in (0, 512)]
    # checksum = BLAKE3-256(the value of `head`)
    slots = [(int(slot[5]), slot[6].decode(), int(slot[4]), slot[3].decode()) for slot in slots
             if slot and (not blake3 or blake3(slot[2]).hexdigest().encode() == slot[1])]
    last, *stands = max(slots, default=(2**53,))
    before, paths = None, sorted((root / "journal").glob("0000" + "[0-9]" * 16 + ".jsonl"))
    for path, line in ((path, line) for path in paths for line in path.open("rb")):
        place, number, faults = f"record {log.position}", log.lines, []
        if path != before:
            before, end, follows = path, 0, int(path.stem) == log.position and not log.is_open
            faults = [] if follows else [("segment", f"{path.name} begins out of order")]
        end += len(line)
        faults += log.add_line(line)
        if faults and number > last:
            break
        if number == last and stands != [path.name, end, log.hash]:
            faults.append(("head", "is not what stands in `head`"))
        finding(place, *faults)
        log.add_leaf(leaf_hash(line[:-1]))
    if log.whole <= last < 2**53 or log.whole < log.lines and not slots:
        finding("the end", ("head", f"only {log.whole} records in whole commands"))
    elif log.whole < log.lines:
        print(f"note: what follows record {log.whole - 1} was never acknowledged, and is left out")
    if log.lines < 2 and (root / "creating").exists() or not log.lines and not findings:
        raise FileNotFoundError(f"{root} is no ledger, or is only being created")
    print("checked: head" if slots else "not checked: head: no slot counts, so all must hold")
    said = (root / "ledger.json").read_text() if (root / "ledger.json").exists() else "{}"
    named, known = json.loads(said), [None, *(key for at, key, _ in log.keys if at < log.whole)]
    if canonical({**named, **log.opening}) + "\n" != said or named.get("key") not in known:
        finding("ledger.json", ("ledger", "does not say what the records say"))
    hashes = b"".join(path.read_bytes() for path in root.glob("tree/hashes"))
    if not log.stored.startswith(hashes):
        finding("tree/hashes", ("tree", "is not the tree of these records"))
    print(f"{'checked' if hashes else 'not checked'}: tree: {len(hashes) // 32} hashes are there")
def read_tile(root, kind, index, width):
    """Its name, and its bytes: from its own file, or from that of the full tile."""
    name = f"tile/{kind}/" + re.sub("(...)(?=.)", r"x\1/", f"{index:0{-len(str(index)) // 3 * -3}}")
    paths = [root / f"{name}.p/{width}", root / name][width == 256:]
    return name, next((path.read_bytes() for path in paths if path.exists()), b"")
def check_tiles(root, log, notes):
    """Tiles (tlog-tiles): the leaves at level 0; above, the roots of the full tiles below."""
    size, has_entries = notes[0].size if notes else 0, (root / "tile" / "entries").is_dir()
    for level, at in ((l, i) for l in range(8) for i in range(0, size >> 8 * l, 256)):
        width, index = min(256, (size >> 8 * level) - at), at // 256
        name, tile = read_tile(root, level, index, width)
        entries = read_tile(root, "entries", index, width)[1] if has_entries and not level else b""
        for start in range(0, 0 if level else 32 * width, 32):
            place, end = f"record {log.position}", 2 + int.from_bytes(entries[:2], "big")
            leaf, line, entries = tile[start:start + 32], entries[2:end], entries[end:]
            finding(place, *(log.add_line(line + b"\n") if has_entries else []))
            if has_entries and leaf_hash(line) != leaf:
                finding(place, ("tile", f"is not the leaf in {name}"))
            log.add_leaf(leaf.ljust(32, b"\0"))
        computed = log.tiled[level][8192 * index:][:32 * width]
        if len(tile) not in (32 * width, 8192) or tile[:32 * width] != computed:
            finding(name, ("tile", "is missing, too short, or not the roots of the tiles below"))
            if not tile:
                break
    print("checked: tile\n" + ("checked" if has_entries else "not checked") + ": entries")
    log.keys += [(0, path.read_text(), "log.vkey") for path in root.glob("log.vkey")]
def read_note(path):
    """A checkpoint (tlog-checkpoint, signed-note): three lines, an empty one, signatures."""
    lines = "(([^\x00-\x1f]+)\n(0|[1-9][0-9]{0,18})\n([A-Za-z0-9+/]{43}=)\n)\n"
    signature = "— ([^\x00-\x20+]+) ([A-Za-z0-9+/]+=*)\n"
    note = re.fullmatch(f"{lines}(({signature})+)", path.read_bytes().decode())
    pairs = re.findall(signature, note[5]) if note else []
    signed = [(name, base64.b64decode(value)) for name, value in pairs]
    if not note or pairs != [(name, base64.b64encode(value).decode()) for name, value in signed]:
        return finding(str(path), ("checkpoint", "is no checkpoint"))
    return Note(str(path), note[1], note[2], int(note[3]), note[4], signed)
def read_key(text):
    """A verifier key (signed-note): its name, its id, the public key."""
    name, number, key = text.strip().split("+", 2)
    key = base64.b64decode(key, validate=True)
    # key id = SHA-256(name || 0x0A || 0x01, which is Ed25519 || public key)[:4]
    expected = hashlib.sha256(name.encode() + b"\n" + key).hexdigest()[:8]
    if (number, key[:1], len(key)) != (expected, b"\x01", 33):
        raise ValueError(f"{text!a:.80} is no verifier key")
    return name, bytes.fromhex(number), key[1:]
def check_note(note, log, keys, source):
    """A checkpoint against the tree that was computed, and its signatures against keys."""
    here, origin = log.roots[note.size] or "not there", log.opening.get("origin", note.origin)
    if (note.root, note.origin) != (here, origin):
        finding(note.place, ("checkpoint", f"of {note.size} of {origin!a} the root is {here}"))
    print(f"checked: checkpoint: {note.place}: {note.size} records")
    known = [(key, value[4:]) for key in keys for name, value in note.signatures
             if (name, value[:4]) == key[:2]]
    for (name, _, public), value in known:
        try:
            from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
            Ed25519PublicKey.from_public_bytes(public).verify(value, note.text.encode())
            print(f"checked: signature: {note.place}: by {name!a}, whose key is from {source}")
        except ImportError:
            print(f"not checked: signature: {note.place}: install `cryptography`")
        except Exception:  # one of the library's own
            finding(note.place, ("signature", f"that of {name!a} does not hold"))
    if keys and not known:
        finding(note.place, ("signature", f"there is none by the key from {source}"))
    if len(known) < len(note.signatures):
        print(f"not checked: signature: {note.place}: those by keys that are not known")
def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--tiles", action="store_true")
    parser.add_argument("--against", type=Path)
    parser.add_argument("--key", action="append", type=read_key)
    given = parser.parse_args()
    own = given.directory / "checkpoint"
    paths = [own] * (given.tiles or own.exists()) + [given.against] * bool(given.against)
    notes = [note for note in map(read_note, paths) if note]
    log = Log({note.size for note in notes})
    (check_tiles if given.tiles else check_journal)(given.directory, log, notes)
    for note in notes:
        recorded = [key[1:] for key in log.keys if key[0] < note.size][-1:] or [("", "nobody")]
        keys = given.key or [read_key(text) for text, _ in recorded if text]
        check_note(note, log, keys, "--key" if given.key else recorded[0][1])
    if len(notes) == 2 and notes[0].size < notes[1].size:
        finding(notes[0].place, ("checkpoint", f"is older than {given.against}"))
    if log.lines:
        print(f"checked: {log.lines} lines (sections 1 to 3) and what holds between them (4)")
        print("checked: hash" if blake3 else "NOT CHECKED: hash: install the package `blake3`")
    print("not checked: what records mean, sealed contents, reports" + ", checkpoint" * (not notes))
    good = f"verified, as in {given.against}" if given.against else "verified, not anchored"
    bad = f"damaged: {len(findings)} findings: {', '.join(list(dict.fromkeys(findings))[:10])}"
    if log.lines and not (blake3 or findings or given.against and notes[-1].size == log.whole):
        raise OSError("hashes (install the package `blake3`)")
    return print(bad if findings else f"{good}: {log.whole} records") or 3 * bool(findings)
if __name__ == "__main__":
    try:
        sys.exit(main())
    except (OSError, TypeError, ValueError) as error:
        code = 5 if isinstance(error, OSError) and not findings else 3
        sys.exit(print("damaged:" if code == 3 else "could not check:", error) or code)
