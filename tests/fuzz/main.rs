//! The fuzz targets, for a second each. `.ci/fuzz` runs them longer.

#[expect(unreachable_pub, reason = "the package `fuzz` has these files too, and exports them")]
mod drive;
#[expect(unreachable_pub, reason = "the package `fuzz` has these files too, and exports them")]
mod targets;

use std::{path::Path, time::Duration};

/// Another seed each day would make the tests fail for reasons that nobody changed.
const SEED: u64 = 0x70_77_65_72;

fn run(name: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (_, target) = targets::TARGETS.iter().find(|(known, _)| *known == name).unwrap();
    let corpus = root.join("fuzz/corpus").join(name);
    let failed = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.failed"));
    let executions = drive::drive(*target, &corpus, &failed, SEED, Duration::from_secs(1));
    println!("{name}: {executions} executions");
    assert!(executions > 0, "{name} ran");
}

macro_rules! tests {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            run(stringify!($name));
        })*

        #[test]
        fn every_target_is_run() {
            let names = targets::TARGETS.iter().map(|(name, _)| *name).collect::<Vec<_>>();
            assert_eq!(names, [$(stringify!($name)),*]);
        }
    };
}

tests! { caches files matcher origins regexes reloads requests suggestions }
