# From the records before a publication to its scores and rating. Input: all records of the bundle
# as one array; $bundle and $framework: bundle.json and framework.json, each in an array.
# Output: what is published, what the records give, and whether both are the same.
($bundle[0]) as $bundle
| ($framework[0].scoring) as $rules
| ("assessment/" + ($bundle.publication | sub("-p[0-9]+$"; ""))) as $stream

# 1. The records in order, without those that are struck out. The last strike-out comes first: one
#    that is struck out itself strikes nothing.
| (map(.record) | sort_by(.position)) as $all
| (reduce ($all | map(select(.kind == "record_struck_out" and .position < $bundle.position))
    | reverse | .[]) as $strike
    ([]; if index($strike.position) then . else . + [$strike.data.position] end)) as $void
| ($all | map(select(.stream == $stream and .position < $bundle.position
    and (.position as $at | $void | index($at) | not)))) as $before
| ($all[] | select(.position == $bundle.position)) as $record

# 2. The rules of the framework.
| def percent: # of some scores: 100 times the points, divided by 4 for each score, made whole
    (100 * add) as $marks | (4 * length) as $most | $rules.rounding.value as $rounding
    | if $rounding == "ceiling" then ($marks + $most - 1) / $most
      elif $rounding == "floor" then $marks / $most
      else (2 * $marks + $most) / (2 * $most) end
    | floor;
  def band: . as $percent # the one that holds a percentage
    | $rules.bands.value[] | select(.from <= $percent and $percent <= .to);
  def level: # of some scores: percentage and rating
    if length == 0 or $rules.awards_ratings.value == "no" then null
    else percent | { rating: (band | .rating), score: . } end;
  def themes: . as $scores # of some statement scores, where themes are published
    | if $rules.published_levels.value | index("theme") | not then []
      else [$rules.themes[] | .id as $theme | [.statements[].id] as $own
        | [$scores[] | select(.statement as $it | $own | index($it)) | .score] | level
        | select(. != null) | . + { theme: $theme }] end;
  def cell: .statement + "/" + (.category // "");

# 3. What each record changes: the scores of the cells, and what was published last.
  def take_import: . as $state # what was given here stays, what was imported is replaced
    | $state.import as $took
    | .cells |= with_entries(select(.value.imported | not))
    | reduce $took.scores[] as $it (.; ($it | cell) as $cell
        | if .cells[$cell] then . else .cells[$cell] = { score: $it.score, imported: true } end)
    | if .made then . else .last = {
        scores: $took.scores, themes: ($took.scores | themes),
        overall: ([$took.scores[].score] | level
          | if . == null and $took.score == null then null
            else { rating: $took.rating, score: ($took.score // .score) } end)
      } end;
  def take: .event as $event | .event.data as $data | del(.event)
    | if $event.kind == "score_reviewed" then .cells[$data | cell] = { score: $data.score }
      elif $event.kind == "panel_decided" or $event.kind == "panel_confirmed" then
        reduce $data.scores[] as $it (.; ($it | cell) as $cell
          | if .cells[$cell] then .cells[$cell].score = $it.score else . end)
      elif $event.kind == "publication_imported" then .import = $data | take_import
      elif $event.kind == "imported_publication_replaced" then .import = $data.import | take_import
      elif $event.kind == "publication_made" then .made = true | .last = $data
      elif $event.kind == "publication_reissued" then .made = true | .last = $data.made
      else . end;
  (reduce $before[] as $event ({ cells: {} }; . + { event: $event } | take)) as $state

# 4. The score of each statement: rolled up from its categories where they are scored, else given.
| [$rules.themes[].statements[]
    | .id as $id | .required_categories.value as $categories
    | [$categories[] | $state.cells[$id + "/" + .].score] as $of_categories
    | (if $rules.method.value == "category" and ($categories | length) > 0
        and ($of_categories | all(. != null)) then $of_categories | percent | band | .score
      else $state.cells[$id + "/"].score end) as $score
    | select($score != null) | { score: $score, statement: $id }] as $scores

# 5. What is published: what the scores give; or again what was published last, where no score is
#    another or changes wait for a comprehensive assessment.
| ($record.data.made // $record.data.import // $record.data) as $published
| ($record.data.reason == "basis_struck_out" or $record.data.reason == "process_review") as $corrects
| (if $record.kind == "publication_imported" or $record.kind == "imported_publication_replaced" then
    { scores: $published.scores, themes: [], # what is imported brings its own scores
      overall: ([$published.scores[].score] | level
        | if . == null then { rating: $published.rating, score: $published.score } else . end) }
  elif $state.last and (($rules.rating_changes.value == "at_comprehensive_assessment"
      and ($corrects | not)) or $state.last.scores == $scores) then
    $state.last | { scores, themes: (.themes // []), overall }
  else { scores: $scores, themes: ($scores | themes), overall: ([$scores[].score] | level) }
  end) as $derived
| (if $published.disagreement then { rating: $published.disagreement.computed_rating,
      score: $published.disagreement.computed_score } # taken as published, and recorded as such
  elif $record.kind == "publication_imported" or $record.kind == "imported_publication_replaced" then
    { rating: $published.rating, score: ($published.score // $derived.overall.score) }
  else $published.overall end) as $overall
| { published: { scores: $published.scores, themes: ($published.themes // []), overall: $overall },
    derived: $derived }
| . + { same: (.published == .derived) }
