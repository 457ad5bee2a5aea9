# What a publication rests on, and whether it is there. Input: all records of the bundle as one
# array; $bundle: bundle.json in an array. Output: of each stream of which nothing may be left out
# how many records are there, and whether their versions count from 1 without a gap; the same of
# the body's registration and of the evidence, of which no whole streams are here.
($bundle[0]) as $bundle
| ($bundle.publication | sub("-p[0-9]+$"; "")) as $assessment
| ($assessment | split("-")[0]) as $code
| (map(.record) | sort_by(.position)) as $all
| ($all[] | select(.position == $bundle.position) | .data) as $published
| ($published | .framework // .made.framework // .import.framework) as $framework
| ($all | map(select(.stream == "assessment/" + $assessment))) as $own
| ([$own[] | select(.kind == "panel_decided" or .kind == "panel_confirmed") | .data.panel]
    | unique) as $panels
| ([$own[] | select(.kind == "evidence_used" or .kind == "score_reviewed"
    or .kind == "comment_submitted") | .data.evidence // empty] | flatten | unique) as $evidence
| def stream: . as $stream | [$all[] | select(.stream == $stream) | .version]
    | { what: $stream, records: length,
        whole: (length > 0 and . == [range(1; length + 1)]) };
  def submitted: . as $id
    | any($all[]; .kind == "evidence_submitted" and .data.evidence == $id);
  (("ledger", "key/ledger", "framework/" + $framework, "assessment/" + $assessment,
    "panel/" + $panels[]) | stream),
  ("calendar/england" | stream | select(.records > 0)), # a ledger may have none
  ([$all[] | select(.kind == "organisation_registered" and .data.code == $code)]
    | { what: "registration of \($code)", records: length, whole: (length > 0) }),
  ($evidence | map(select(submitted)) | { what: "evidence that is named", records: length,
    whole: (length == ($evidence | length)) })
