//! Runs a target on a stable toolchain: inputs from its corpus and at random, changed a little each
//! time. It does not see which code an input reaches, as libFuzzer does.

use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    path::Path,
    time::{Duration, Instant},
};

/// Inputs kept for being changed.
const POOL: usize = 512;
const LONGEST: usize = 600;

/// Runs `target` until `time` is over. Returns how often.
///
/// # Panics
///
/// If the target does, after its input was written to `failed`.
pub fn drive(target: fn(&[u8]), corpus: &Path, failed: &Path, seed: u64, time: Duration) -> u64 {
    let mut random = Random(seed | 1);
    let mut pool = read(corpus);
    let start = Instant::now();
    let mut executions = 0;
    for input in pool.clone() {
        check(target, &input, failed);
        executions += 1;
    }
    while start.elapsed() < time {
        let mut input = match pool.len() {
            0 => Vec::new(),
            len if random.below(4) > 0 => pool[random.below(len)].clone(),
            _ => Vec::new(),
        };
        if input.is_empty() {
            input = (0..random.below(200)).map(|_| random.byte()).collect();
        }
        for _ in 0..=random.below(6) {
            change(&mut input, &pool, &mut random);
        }
        input.truncate(LONGEST);
        check(target, &input, failed);
        executions += 1;
        if pool.len() < POOL {
            pool.push(input);
        } else {
            pool[random.below(POOL)] = input;
        }
    }
    executions
}

fn read(corpus: &Path) -> Vec<Vec<u8>> {
    let Ok(entries) = fs::read_dir(corpus) else { return Vec::new() };
    let mut paths = entries.flatten().map(|entry| entry.path()).collect::<Vec<_>>();
    paths.sort();
    paths.iter().flat_map(fs::read).collect()
}

fn check(target: fn(&[u8]), input: &[u8], failed: &Path) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| target(input))) {
        let written = fs::write(failed, input).map(|()| failed.display().to_string());
        eprintln!("input of {} bytes: {written:?} {input:?}", input.len());
        resume_unwind(panic);
    }
}

fn change(input: &mut Vec<u8>, pool: &[Vec<u8>], random: &mut Random) {
    let at = random.below(input.len() + 1);
    match random.below(6) {
        0 => input.insert(at, random.byte()),
        1 if at < input.len() => input[at] = random.byte(),
        2 if at < input.len() => input[at] = input[at].wrapping_add(1),
        3 if at < input.len() => drop(input.remove(at)),
        4 if !pool.is_empty() => {
            let other = &pool[random.below(pool.len())];
            let from = random.below(other.len() + 1);
            input.truncate(at);
            input.extend_from_slice(&other[from..]);
        }
        _ => input.truncate(at.max(4)),
    }
}

/// xorshift64*, which is random enough.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn byte(&mut self) -> u8 {
        self.next().to_be_bytes()[0]
    }

    fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end.max(1)).unwrap_or(u64::MAX);
        usize::try_from(self.next() % end).unwrap_or_default()
    }
}
