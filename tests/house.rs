//! The house rules: imports run downward, no file is part of a circle, the core knows nothing of
//! what stands on it, and the public texts use no private vocabulary.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// The modules of the crate, lowest first. A module imports only from those before it; modules in
/// one row may not import from each other.
const STACK: &[&[&str]] = &[
    &["comma", "errors", "keyed", "message", "requested_path", "similar"],
    &["origin"],
    &["policy"],
    &["protocol"],
    &["select"],
    &["observe"],
    &["body", "routes"],
    &["layer", "service", "future", "axum", "source", "probe", "reload"],
    &["config", "hints", "resolver"],
    &["watch"],
    &["guide"],
];

/// Within the row of the tower shell: who may import from whom.
const SHELL: &[(&str, &str)] =
    &[("layer", "service"), ("service", "future"), ("source", "service"), ("source", "future")];

/// Features that stand above the core.
const UPPER: &[&str] = &[
    "axum", "config", "env", "metrics", "probe", "reload", "resolver", "routes", "schema",
    "source", "tower", "watch",
];

/// Words that no reader of the documentation should have to look up.
const PRIVATE_WORDS: &[&str] = &[
    "mend",
    "mends",
    "mended",
    "wholly",
    "whereof",
    "thereof",
    "hitherto",
    "judgement",
    "to be had",
    "could be had",
    "is no key",
    "are no key",
    "on the way of",
    "cannot go with",
];

const PAGES: &[&str] =
    &["README.md", "DESIGN.md", "CHANGELOG.md", "SECURITY.md", "CONTRIBUTING.md"];

#[test]
fn imports_run_downward() {
    let rank = |module: &str| STACK.iter().position(|row| row.contains(&module));
    let mut faults = Vec::new();
    for file in sources("src") {
        let Some(module) = top_module(&file) else { continue };
        let Some(own) = rank(&module) else {
            faults.push(format!("{}: `{module}` has no place in the stack", file.display()));
            continue;
        };
        for target in paths_after(&code(&file), "crate::") {
            let name = target.split("::").next().unwrap_or_default().to_owned();
            let Some(other) = rank(&name) else { continue };
            let allowed =
                name == module || other < own || SHELL.contains(&(module.as_str(), name.as_str()));
            if !allowed {
                faults
                    .push(format!("{} imports from `{name}`, which stands above", file.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn no_circles_between_files() {
    for folder in folders("src") {
        let names = fs::read_dir(&folder)
            .expect("a folder")
            .filter_map(|entry| Some(entry.ok()?.path().file_stem()?.to_str()?.to_owned()))
            .filter(|name| name != "mod" && name != "lib")
            .collect::<BTreeSet<_>>();
        let mut graph = BTreeMap::<String, BTreeSet<String>>::new();
        for name in &names {
            let file = folder.join(format!("{name}.rs"));
            if !file.is_file() {
                continue;
            }
            let imports = paths_after(&code(&file), "super::")
                .into_iter()
                .filter_map(|path| path.split("::").next().map(str::to_owned))
                .filter(|first| names.contains(first) && first != name)
                .collect();
            graph.insert(name.clone(), imports);
        }
        if let Some(circle) = circle(&graph) {
            panic!("{}: {}", folder.display(), circle.join(" -> "));
        }
    }
}

#[test]
fn the_core_knows_nothing_of_what_stands_on_it() {
    let core = ["src/origin", "src/policy", "src/protocol", "src/select.rs"];
    for file in core.iter().flat_map(sources) {
        let text = code(&file);
        for feature in UPPER {
            let cfg = format!("feature = \"{feature}\"");
            assert!(!text.contains(&cfg), "{} asks for {cfg}", file.display());
        }
    }
}

#[test]
fn plain_words() {
    let mut faults = Vec::new();
    let prose = ["src", "examples", "guide", "crates", "benches"];
    for file in prose.iter().chain(PAGES).flat_map(sources) {
        let text = fs::read_to_string(&file).expect("a text file").to_lowercase();
        for (number, line) in text.lines().enumerate() {
            for word in PRIVATE_WORDS.iter().filter(|word| has_word(line, word)) {
                faults.push(format!("{}:{}: {word:?}", file.display(), number + 1));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Markdown is wrapped at 100 columns, where it can be: not in tables and code, nor where a link is
/// longer.
#[test]
fn pages_are_wrapped() {
    let mut faults = Vec::new();
    let pages = ["guide", "crates", "examples", "benches"].iter().chain(PAGES).flat_map(sources);
    for file in pages.filter(|file| file.extension().is_some_and(|kind| kind == "md")) {
        let text = fs::read_to_string(&file).expect("a text file");
        let mut in_code = false;
        for (number, line) in text.lines().enumerate() {
            let start = line.trim_start();
            in_code ^= start.starts_with("```");
            let can_be_wrapped = start.contains(' ') && !start.contains("]: data:");
            if !in_code && !start.starts_with('|') && can_be_wrapped && line.chars().count() > 100 {
                faults.push(format!("{}:{}", file.display(), number + 1));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let boundary = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '_');
        boundary(line[..at].chars().next_back()) && boundary(line[at + word.len()..].chars().next())
    })
}

/// A circle, as the names along it.
fn circle(graph: &BTreeMap<String, BTreeSet<String>>) -> Option<Vec<String>> {
    fn walk(
        graph: &BTreeMap<String, BTreeSet<String>>,
        at: &str,
        way: &mut Vec<String>,
        done: &mut BTreeSet<String>,
    ) -> Option<Vec<String>> {
        if let Some(start) = way.iter().position(|name| name == at) {
            return Some(way[start..].iter().cloned().chain([at.to_owned()]).collect());
        }
        if !done.insert(at.to_owned()) {
            return None;
        }
        way.push(at.to_owned());
        let found =
            graph.get(at).into_iter().flatten().find_map(|next| walk(graph, next, way, done));
        way.pop();
        found
    }
    let mut done = BTreeSet::new();
    graph.keys().find_map(|name| walk(graph, name, &mut Vec::new(), &mut done))
}

/// What is compiled into the crate: without comments, and without the unit tests at a file's end.
fn code(file: &Path) -> String {
    let text = fs::read_to_string(file).expect("a source file");
    let text = text.split("\n#[cfg(test)]\nmod ").next().unwrap_or_default();
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Every path that follows `prefix` in the code; a group `prefix{a, b::c}` is one path each.
fn paths_after(code: &str, prefix: &str) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    for (at, _) in code.match_indices(prefix) {
        // `super::super::x` is a path of the parent's.
        if code[..at].ends_with("super::") || code[at + prefix.len()..].starts_with("super::") {
            continue;
        }
        let rest = &code[at + prefix.len()..];
        match rest.strip_prefix('{') {
            Some(group) => paths.extend(group_members(group)),
            None => {
                paths.insert(path_at(rest));
            }
        }
    }
    paths
}

fn group_members(group: &str) -> Vec<String> {
    let (mut depth, mut start, mut members) = (0, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                members.push(path_at(group[start..at].trim()));
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                members.push(path_at(group[start..at].trim()));
                start = at + 1;
            }
            _ => {}
        }
    }
    members
}

fn path_at(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_' || *c == ':').collect()
}

/// The first part of a file's place below `src`; `None` for `lib.rs`.
fn top_module(file: &Path) -> Option<String> {
    let below = file.strip_prefix(root().join("src")).ok()?;
    let first = below.components().next()?.as_os_str().to_str()?;
    let name = first.strip_suffix(".rs").unwrap_or(first);
    (name != "lib").then(|| name.to_owned())
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The Rust, Markdown and web sources at or below a place.
fn sources(place: impl AsRef<str>) -> Vec<PathBuf> {
    let mut files = Vec::new();
    collect(&root().join(place.as_ref()), &mut files);
    files
}

fn collect(place: &Path, files: &mut Vec<PathBuf>) {
    if place.is_file() {
        let kinds = ["rs", "md", "html", "js", "toml", "sql"];
        let kind = place.extension().and_then(|kind| kind.to_str());
        if kind.is_some_and(|kind| kinds.contains(&kind)) {
            files.push(place.to_owned());
        }
        return;
    }
    let skipped = ["target", "node_modules"];
    if place.file_name().is_some_and(|name| skipped.iter().any(|skipped| name == *skipped)) {
        return;
    }
    for entry in fs::read_dir(place).into_iter().flatten().flatten() {
        collect(&entry.path(), files);
    }
}

fn folders(place: &str) -> Vec<PathBuf> {
    let mut folders = vec![root().join(place)];
    let mut next = 0;
    while next < folders.len() {
        let inner = fs::read_dir(&folders[next]).into_iter().flatten().flatten();
        let inner = inner.map(|entry| entry.path()).filter(|path| path.is_dir());
        let inner = inner.collect::<Vec<_>>();
        folders.extend(inner);
        next += 1;
    }
    folders
}
