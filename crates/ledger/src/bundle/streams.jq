# Each stream of which nothing may be left out: its records, and whether their versions count from
# 1 without a gap. Of other streams only single records are here.
($bundle[0]) as $bundle
| ($bundle.publication | sub("-p[0-9]+$"; "")) as $assessment
| map(.record) | sort_by(.position)
| group_by(.stream)[]
| .[0].stream as $stream
| select($stream == "assessment/" + $assessment
    or ($stream | test("^(ledger|key/ledger|framework/.*|panel/.*|calendar/england)$")))
| [.[].version] as $versions
| { stream: $stream, records: length, whole: ($versions == [range(1; length + 1)]) }
