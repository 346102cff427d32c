//! `cors-doctor diff`: who gains and who loses between two policy files.

use serde_json::json;
use tower_cors::Reloadable;
use tower_cors::reload::{Difference, Direction};

use crate::check::read;
use crate::cli::DiffArguments;
use crate::output::{Output, Status, Tone};

/// Runs the subcommand.
pub fn run(arguments: &DiffArguments, output: &mut Output) -> Status {
    let policies = read(&arguments.old, arguments.json, output)
        .and_then(|old| Ok((old, read(&arguments.new, arguments.json, output)?)));
    let (old, new) = match policies {
        Ok(policies) => policies,
        Err(status) => return status,
    };
    let (_, handle) = Reloadable::new(old);
    let change = handle.replace(new);
    let widens = change.iter().any(may_widen);
    if arguments.json {
        let differences: Vec<_> = change
            .iter()
            .map(|difference| {
                json!({
                    "entry": difference.entry(),
                    "setting": difference.setting().map(|setting| setting.to_string()),
                    "direction": name(direction(difference)),
                    "values": difference.values(),
                    "text": in_words(difference),
                })
            })
            .collect();
        output.json(&json!({ "widens": widens, "differences": differences }));
    } else if change.is_empty() {
        output.line("nothing changed");
    } else {
        for difference in &change {
            let (tone, mark) = match direction(difference) {
                Direction::Wider => (Tone::Warning, '+'),
                Direction::Narrower => (Tone::Good, '-'),
                _ => (Tone::Heading, '~'),
            };
            let line = output.paint(tone, format_args!("{mark} {}", in_words(difference)));
            output.line(line);
        }
    }
    if arguments.no_wider && widens {
        if !arguments.json {
            output.error("the new file allows more than the old one, or may do so");
        }
        return Status::Found;
    }
    Status::Well
}

/// Whether it allows more, or may: which way an entry's coming, going or moving goes depends on the
/// entries around it.
fn may_widen(difference: &Difference) -> bool {
    match direction(difference) {
        Direction::Wider => true,
        Direction::Narrower => false,
        _ => difference.setting().is_none(),
    }
}

/// The direction; that of the dangerous switches is known, too.
fn direction(difference: &Difference) -> Direction {
    let setting = difference.setting().map(|setting| setting.to_string()).unwrap_or_default();
    match difference.direction() {
        Direction::Other if setting.starts_with("dangerously_") => {
            if difference.values() == ["true"] { Direction::Wider } else { Direction::Narrower }
        }
        direction => direction,
    }
}

fn name(direction: Direction) -> &'static str {
    match direction {
        Direction::Wider => "wider",
        Direction::Narrower => "narrower",
        _ => "other",
    }
}

/// Who gains or loses what.
fn in_words(difference: &Difference) -> String {
    let setting = difference.setting().map(|setting| setting.to_string()).unwrap_or_default();
    let gains = match direction(difference) {
        Direction::Wider => true,
        Direction::Narrower => false,
        _ => return difference.to_string(),
    };
    let values: Vec<String> =
        difference.values().iter().map(|value| format!("{value:?}")).collect();
    let values = values.join(", ");
    let now = if gains { "now" } else { "no longer" };
    let entry = difference.entry();
    match setting.as_str() {
        "allow_origin" if difference.values() == ["*"] => {
            format!("{entry}: pages of any origin can {now} read responses")
        }
        "allow_origin" => format!("{entry}: pages of {values} can {now} read responses"),
        "allow_methods" => format!("{entry}: pages can {now} use the methods {values}"),
        "allow_headers" => format!("{entry}: pages can {now} send the headers {values}"),
        "expose_headers" => format!("{entry}: scripts can {now} read the headers {values}"),
        "allow_credentials" => format!("{entry}: requests can {now} carry cookies and logins"),
        "allow_private_network" => {
            format!("{entry}: public pages can {now} reach it in a private network")
        }
        "timing_allow_origin" => format!("{entry}: pages can {now} read detailed timing"),
        "enforce" if gains => {
            format!("{entry}: refused origins are no longer turned away with 403")
        }
        "enforce" => format!("{entry}: refused origins are now turned away with 403"),
        _ => difference.to_string(),
    }
}
