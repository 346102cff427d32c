//! `cors-doctor check`: all errors of a policy file.

use serde_json::{Value, json};
use tower_cors::PolicyList;
use tower_cors::config::{ConfigErrorKind, ConfigErrors};

use crate::cli::CheckArguments;
use crate::output::{Output, Status, Tone};

/// Runs the subcommand.
pub fn run(arguments: &CheckArguments, output: &mut Output) -> Status {
    if let Some(error) = too_large(&arguments.file) {
        return failed(&error, arguments.json, output);
    }
    match PolicyList::from_file(&arguments.file) {
        Ok(_) => {
            if arguments.json {
                output.json(&json!({ "valid": true, "errors": [] }));
            } else {
                let valid = output.paint(Tone::Good, "valid");
                output.line(format_args!("{}: {valid}", arguments.file.display()));
            }
            Status::Well
        }
        Err(errors) if arguments.json => {
            output.json(&json!({ "valid": false, "errors": to_json(&errors) }));
            status(&errors)
        }
        Err(errors) => {
            for error in &errors {
                output.line(error);
            }
            let count = errors.iter().count();
            let summary = if count == 1 { "1 error".to_owned() } else { format!("{count} errors") };
            let summary = output.paint(Tone::Bad, summary);
            output.line(summary);
            status(&errors)
        }
    }
}

/// The largest file that is read: ten thousand times what people write.
const MOST_BYTES: u64 = 16 << 20;

/// Why a file is not read at all.
fn too_large(path: &std::path::Path) -> Option<String> {
    let bytes = std::fs::metadata(path).ok()?.len();
    (bytes > MOST_BYTES)
        .then(|| format!("{}: not a policy file: it has more than 16 MiB", path.display()))
}

/// Writes why a subcommand failed.
pub(crate) fn failed(error: &str, as_json: bool, output: &mut Output) -> Status {
    if as_json {
        output.json(&json!({ "error": error }));
    }
    output.error(error);
    Status::Failed
}

/// Reads a policy file for another subcommand; its errors are written.
pub(crate) fn read(
    path: &std::path::Path,
    as_json: bool,
    output: &mut Output,
) -> Result<PolicyList, Status> {
    if let Some(error) = too_large(path) {
        return Err(failed(&error, as_json, output));
    }
    PolicyList::from_file(path).map_err(|errors| {
        if as_json {
            output.json(&json!({ "valid": false, "errors": to_json(&errors) }));
        }
        for error in &errors {
            output.error(error);
        }
        Status::Failed
    })
}

fn to_json(errors: &ConfigErrors) -> Vec<Value> {
    errors
        .iter()
        .map(|error| {
            json!({
                "file": error.file().map(|file| file.display().to_string()),
                "line": error.line(),
                "place": error.place(),
                "text": error.to_string(),
            })
        })
        .collect()
}

fn status(errors: &ConfigErrors) -> Status {
    let unreadable =
        errors.iter().any(|error| matches!(error.kind(), ConfigErrorKind::Unreadable(_)));
    if unreadable { Status::Failed } else { Status::Found }
}
