//! Figures: printed as a table, stored, compared with what is stored, and held to the rules.

use crate::{Rule, SCENARIOS, Scenario, Subject};
use std::{collections::BTreeMap, fs, path::Path, process::ExitCode};

/// One figure for each scenario and subject.
#[derive(Clone, Debug, Default)]
pub struct Figures(BTreeMap<(String, String), u64>);

/// Figures, and what they are held to.
#[derive(Clone, Debug)]
pub struct Report {
    /// What is counted.
    pub unit: &'static str,
    /// The figures.
    pub figures: Figures,
    /// How far this crate's may be from those stored, in hundredths.
    pub tolerance: u64,
    /// What must hold of them in each scenario: nothing, or what does not.
    pub rules: fn(&Figures, &Scenario) -> Vec<String>,
}

impl Extend<(String, String, u64)> for Figures {
    fn extend<I: IntoIterator<Item = (String, String, u64)>>(&mut self, rows: I) {
        self.0.extend(rows.into_iter().map(|(scenario, subject, n)| ((scenario, subject), n)));
    }
}

impl Figures {
    /// The figure of a subject in a scenario.
    #[must_use]
    pub fn get(&self, scenario: &str, subject: Subject) -> Option<u64> {
        self.0.get(&(scenario.to_owned(), subject.name().to_owned())).copied()
    }

    /// The figures that are stored in this file; none if there is no such file.
    #[must_use]
    pub fn read(file: &Path) -> Self {
        let mut figures = Self::default();
        let text = fs::read_to_string(file).unwrap_or_default();
        figures.extend(text.lines().filter_map(|line| {
            let mut columns = line.split('\t').map(str::to_owned);
            Some((columns.next()?, columns.next()?, columns.next()?.parse().ok()?))
        }));
        figures
    }

    /// The scenarios of which this crate's figures are farther apart, in hundredths of these.
    #[must_use]
    pub fn far_from(&self, others: &Self, tolerance: u64) -> Vec<&'static str> {
        let is_far = |scenario: &&Scenario| {
            let get = |figures: &Self| figures.get(scenario.name, Subject::TowerCors);
            let (Some(this), Some(other)) = (get(self), get(others)) else { return false };
            other.abs_diff(this) * 100 > this * tolerance
        };
        SCENARIOS.iter().filter(is_far).map(|scenario| scenario.name).collect()
    }

    fn write(&self, file: &Path) {
        let row = |((scenario, subject), n): (&(String, String), &u64)| {
            format!("{scenario}\t{subject}\t{n}\n")
        };
        fs::write(file, self.0.iter().map(row).collect::<String>()).expect("a writable file");
    }

    fn table(&self) -> String {
        let subjects = Subject::ALL.map(Subject::name);
        let mut rows = vec![
            format!("| scenario | {} |", subjects.join(" | ")),
            format!("| --- |{}", " ---: |".repeat(subjects.len())),
        ];
        for scenario in SCENARIOS {
            let cells = Subject::ALL.map(|subject| self.get(scenario.name, subject).map(grouped));
            if cells.iter().any(Option::is_some) {
                let cells = cells.map(Option::unwrap_or_default);
                rows.push(format!("| {} | {} |", scenario.name, cells.join(" | ")));
            }
        }
        rows.join("\n")
    }
}

impl Report {
    /// Prints the table, and stores it or checks it.
    #[must_use]
    pub fn finish(&self, stored: &Path, save: bool) -> ExitCode {
        println!("{}\n\n{}\n", self.unit, self.figures.table());
        if save {
            self.figures.write(stored);
        }
        let mut complaints = self.compared_with(&Figures::read(stored));
        for scenario in SCENARIOS {
            complaints.extend((self.rules)(&self.figures, scenario));
        }
        for complaint in &complaints {
            println!("FAILED: {complaint}");
        }
        if complaints.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    fn compared_with(&self, stored: &Figures) -> Vec<String> {
        let far = stored.far_from(&self.figures, self.tolerance);
        let compare = |scenario: &Scenario| {
            let name = scenario.name;
            let now = self.figures.get(name, Subject::TowerCors)?;
            let Some(before) = stored.get(name, Subject::TowerCors) else {
                return Some(format!("{name}: {now} is not stored; run with --save"));
            };
            far.contains(&name).then(|| {
                format!(
                    "{name}: {now}, stored {before}, more than {} % apart; if that is meant, run with --save",
                    self.tolerance,
                )
            })
        };
        SCENARIOS.iter().filter_map(compare).collect()
    }
}

/// What must hold of instructions.
#[must_use]
pub fn instructions_rules(figures: &Figures, scenario: &Scenario) -> Vec<String> {
    let name = scenario.name;
    let get = |subject| figures.get(name, subject);
    let Some(ours) = get(Subject::TowerCors) else { return Vec::new() };
    let mut complaints = Vec::new();
    let mut hold = |holds: bool, rule: &str, other: u64| {
        if !holds {
            complaints.push(format!("{name}: {ours} is not {rule} {other}"));
        }
    };
    if let Some(peer) = get(Subject::HyperCors) {
        hold(ours < peer, "below hyper-cors,", peer);
    }
    match scenario.rule {
        Rule::Small => {
            if let Some(hand) = get(Subject::Hand) {
                hold(
                    ours * 100 <= hand * 110,
                    "within 1.10 of what a hand-written one takes,",
                    hand,
                );
            }
            if let (Some(bare), Some(peer)) = (get(Subject::Bare), get(Subject::TowerHttp)) {
                let half = bare + (peer - bare) * 50 / 100;
                hold(ours <= half, "at most what half of tower-http's addition makes,", half);
            }
            // Where the layer answers instead of what it wraps, a hand-written one may add nothing.
            if let (Some(bare), Some(hand)) = (get(Subject::Bare), get(Subject::Hand)) {
                let most = bare + hand.saturating_sub(bare) * 140 / 100;
                let holds = hand < bare || ours <= most;
                hold(holds, "at most what 1.40 of a hand-written one's addition makes,", most);
            }
        }
        Rule::AtMost(hundredths, other) => {
            if let Some(other) = figures.get(other, Subject::TowerCors) {
                let most = other * hundredths / 100;
                hold(ours <= most, "at most", most);
            }
        }
        Rule::Half(once) => hold(ours <= once / 2, "at most half of what was", once),
        Rule::Adds(added) => {
            if let Some(bare) = get(Subject::Bare) {
                hold(ours <= bare + added, "at most", bare + added);
            }
        }
        Rule::Stored => {}
    }
    complaints
}

/// What must hold of allocations: none that a hand-written one does without.
#[must_use]
pub fn allocations_rules(figures: &Figures, scenario: &Scenario) -> Vec<String> {
    let get = |subject| figures.get(scenario.name, subject);
    match (get(Subject::TowerCors), get(Subject::Hand)) {
        (Some(ours), Some(hand)) if ours > hand => {
            vec![format!("{}: {ours} allocations, by hand {hand}", scenario.name)]
        }
        _ => Vec::new(),
    }
}

/// 1234567 as `1,234,567`.
#[must_use]
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let groups = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy);
    groups.collect::<Vec<_>>().join(",")
}
