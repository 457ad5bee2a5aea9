//! What the program tells of itself: schemas, completions, manual pages.

use crate::cli::{Cli, Completions, Man, Schema, SchemaOf};
use crate::exit::{Failure, Outcome, UNABLE};
use assessment::Command;
use clap::CommandFactory;
use serde_json::{Map, Value, json};
use std::io::Write;

/// `schema`.
pub fn schema(args: &Schema, out: &mut dyn Write) -> Outcome {
    match args.what {
        SchemaOf::Commands => {
            let schema = serde_json::to_string_pretty(&commands_schema());
            writeln!(out, "{}", schema.expect("a schema is JSON"))?;
            Ok(())
        }
    }
}

/// A submission is one of the commands, each with its own `data`.
fn commands_schema() -> Value {
    let mut definitions = Map::new();
    let mut submissions = Vec::new();
    for (kind, schema) in Command::schemas() {
        let mut schema = schema.to_value();
        if let Some(object) = schema.as_object_mut() {
            object.remove("$schema");
            // What several commands use is defined once, for all of them.
            if let Some(Value::Object(shared)) = object.remove("$defs") {
                definitions.extend(shared);
            }
        }
        definitions.insert(kind.to_owned(), schema);
        submissions.push(json!({
            "type": "object",
            "properties": {
                "command": {
                    "description": "the idempotency key; without it, the hash of the rest",
                    "type": "string",
                    "pattern": "^[A-Za-z0-9._:/-]{1,128}$",
                },
                "data": { "$ref": format!("#/$defs/{kind}") },
                "expected_version": {
                    "description": "refuse unless the stream has this version",
                    "type": "integer",
                    "minimum": 0,
                },
                "kind": { "const": kind },
            },
            "required": ["data", "kind"],
            "additionalProperties": false,
        }));
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A command, as `piperoll import` takes it: one JSON object a line",
        "oneOf": submissions,
        "$defs": definitions,
    })
}

/// `completions`.
pub fn completions(args: &Completions, out: &mut dyn Write) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "piperoll", &mut script);
    out.write_all(&script)?;
    Ok(())
}

/// `man`.
pub fn man(args: &Man) -> Outcome {
    let dir = &args.dir;
    let written =
        std::fs::create_dir_all(dir).and_then(|()| clap_mangen::generate_to(Cli::command(), dir));
    written.map_err(|error| {
        Failure::new(UNABLE, format!("cannot write to {}: {error}", dir.display()))
            .hint("name a directory that can be written to")
    })
}
