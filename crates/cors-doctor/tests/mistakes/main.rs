//! The mistakes that people make most, each planted, and named with the right fix by a build error,
//! the compiler, an event, the doctor or `assert_healthy`. The guide `guide/mistakes.md` is made of
//! them.
//!
//! `UPDATE_GUIDES=1 cargo test -p cors-doctor --test mistakes` writes it anew.

mod forums;
mod layers;
mod named;

use std::fmt::Write;
use std::path::Path;

use self::named::Named;

/// A mistake: what was done, who names it, and with which text.
struct Mistake {
    title: &'static str,
    /// The code or the setting that is wrong.
    code: &'static str,
    named: Named,
    /// What the text must say: the culprit and the fix.
    says: &'static [&'static str],
}

const INTRODUCTION: &str = "\
# Common mistakes, and who names them

The mistakes of layer order, and those that people report most in forums, with the text that you
read. Each is planted in a test, which writes this page. Five things name mistakes:

- **the build** of a policy: all errors at once, when the program starts;
- **the compiler**;
- **an event** of the middleware, in the server's log;
- **`assert_healthy`** of the crate `tower-browser`, in a test of the application;
- **`cors-doctor probe`**, of any server that runs, whatever it is written in.
";

#[test]
fn every_mistake_is_named_with_its_fix_and_the_guide_shows_it() {
    let layers = layers::all();
    let forums = forums::all();
    let compiler = forums::compiler();
    assert_eq!((layers.len(), forums.len()), (11, 11));
    let mut guide = INTRODUCTION.to_owned();
    guide.push_str("\n| | mistake | named by |\n| --- | --- | --- |\n");
    for (i, mistake) in layers.iter().chain(&forums).chain(&compiler).enumerate() {
        writeln!(guide, "| {} | {} | {} |", i + 1, mistake.title, mistake.named.by).unwrap();
    }
    let mut number = 0;
    for (heading, mistakes) in [
        ("A layer in the wrong place", &layers),
        ("What is asked most", &forums),
        ("What the compiler names", &compiler),
    ] {
        write!(guide, "\n## {heading}\n").unwrap();
        for Mistake { title, code, named, says } in mistakes {
            number += 1;
            for word in *says {
                assert!(named.text.contains(word), "{title}: {word:?} is not in {}", named.text);
            }
            write!(
                guide,
                "\n### {number}. {title}\n\n```text\n{code}\n```\n\nNamed by {}:\n\n```text\n{}\n```\n",
                named.by,
                named.text.trim_end()
            )
            .unwrap();
        }
    }
    compare(&guide);
}

fn compare(guide: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../guide/mistakes.md");
    if std::env::var_os("UPDATE_GUIDES").is_some() {
        std::fs::write(&path, guide).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    for (number, (written, expected)) in written.lines().zip(guide.lines()).enumerate() {
        assert_eq!(
            written,
            expected,
            "guide/mistakes.md:{}: UPDATE_GUIDES=1 writes it",
            number + 1
        );
    }
    assert_eq!(written, guide, "guide/mistakes.md: UPDATE_GUIDES=1 writes it");
}
