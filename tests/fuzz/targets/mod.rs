//! What is fuzzed: functions from bytes to nothing that panic if something is wrong.
//!
//! They run everywhere: in `cargo test` for a second each, longer by `.ci/fuzz`, and under libFuzzer
//! by `cargo +nightly fuzz run NAME`.

mod caches;
mod draw;
mod files;
mod matcher;
mod origins;
mod policies;
mod regexes;
mod reloads;
mod requests;
mod suggestions;

/// A target by its name, which is also that of its corpus.
pub type Target = (&'static str, fn(&[u8]));

pub const TARGETS: &[Target] = &[
    ("caches", caches),
    ("files", files),
    ("matcher", matcher),
    ("origins", origins),
    ("regexes", regexes),
    ("reloads", reloads),
    ("requests", requests),
    ("suggestions", suggestions),
];

macro_rules! targets {
    ($($name:ident: $about:literal;)*) => {
        $(#[doc = $about]
        pub fn $name(data: &[u8]) {
            $name::run(data);
        })*
    };
}

targets! {
    caches: "Histories of requests through a cache that honors `Vary`.";
    files: "Policy files.";
    matcher: "The matcher against a naive one.";
    origins: "Origins and patterns: parse, print, parse.";
    regexes: "The analysis of expressions against texts that they match.";
    reloads: "Sequences of reloads.";
    requests: "Whole requests through the layer.";
    suggestions: "Suggestions parse, and never allow more than was written.";
}
