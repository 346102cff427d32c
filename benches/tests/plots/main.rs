//! The plots of `guide/speed.md` show the stored figures.
//!
//! ```text
//! cargo test -p tower-cors-benches --test plots                   # compare
//! UPDATE_GUIDES=1 cargo test -p tower-cors-benches --test plots   # draw them anew
//! ```

mod bars;
mod lines;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use plotters::style::RGBColor;
use std::{env, fmt::Write, fs, path::Path};
use tower_cors_benches::{Subject, report::Figures};

/// What may stand in a data URL as it is.
const ENCODED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'/').remove(b':').remove(b'=');

/// Colors that people with any color vision can tell apart.
fn color(subject: Subject) -> RGBColor {
    match subject {
        Subject::Bare => RGBColor(0x99, 0x99, 0x99),
        Subject::Hand => RGBColor(0x56, 0xb4, 0xe9),
        Subject::TowerCors => RGBColor(0x00, 0x72, 0xb2),
        Subject::TowerHttp => RGBColor(0xe6, 0x9f, 0x00),
        Subject::HyperCors => RGBColor(0xcc, 0x79, 0xa7),
    }
}

/// The figure of a scenario, which must be stored.
fn figure(figures: &Figures, scenario: &str, subject: Subject) -> u64 {
    let figure = figures.get(scenario, subject);
    figure.unwrap_or_else(|| panic!("no figure of {} for {scenario:?}", subject.name()))
}

#[test]
fn the_plots_show_the_stored_figures() {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let figures = Figures::read(&package.join("figures/instructions.tsv"));
    let by_feature = Figures::read(&package.join("figures/features-instructions.tsv"));
    let plots = [
        ("peers", bars::peers(&figures)),
        ("features", bars::features(&by_feature)),
        ("origins", lines::origins(&figures)),
        ("scopes", lines::scopes(&by_feature)),
    ];
    // Where the guide is a page of its own, as on docs.rs, there are no files beside it.
    let mut embedded = String::new();
    for (name, svg) in &plots {
        let url = utf8_percent_encode(svg, ENCODED);
        writeln!(embedded, "[plot-{name}]: data:image/svg+xml,{url}").expect("a string");
    }
    let folder = package.join("../guide/speed");
    let files = plots.iter().map(|(name, svg)| (format!("{name}.svg"), svg));
    for (name, drawn) in files.chain([("embedded.md".to_owned(), &embedded)]) {
        let file = folder.join(name);
        if env::var_os("UPDATE_GUIDES").is_some() {
            fs::create_dir_all(&folder).expect("a folder");
            fs::write(&file, drawn).expect("a writable file");
        }
        let stored = fs::read_to_string(&file).unwrap_or_default();
        assert!(stored == *drawn, "{} is not up to date: see {}", file.display(), file!());
    }
}
