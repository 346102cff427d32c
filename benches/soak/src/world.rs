//! What is in force at each moment, and whether an answer is right.
//!
//! What changes has a counter each, odd while the change is made. A request reads it before it is
//! sent and after it was answered: its answer must be that of one of the states in between.

use crate::{
    figures::Figures,
    rules::{
        Answer, Scope, TENANTS, VERSIONS, expected, granted_tenant, origin_of, refused_tenant,
    },
};
use std::{
    net::SocketAddr,
    ops::RangeInclusive,
    sync::atomic::{AtomicU64, Ordering::SeqCst},
};

pub struct World {
    /// Where the application behind the list listens.
    pub list: SocketAddr,
    /// Where the one behind the resolver does.
    pub tenants: SocketAddr,
    pub version: Counter,
    pub generations: Vec<Counter>,
    /// Odd while the database does not answer, or has not for long.
    pub database: Counter,
    pub figures: Figures,
}

/// Counts changes twice: when one begins, and when it has been made.
#[derive(Default)]
pub struct Counter(AtomicU64);

impl Counter {
    pub fn step(&self) {
        self.0.fetch_add(1, SeqCst);
    }

    pub fn get(&self) -> u64 {
        self.0.load(SeqCst)
    }

    /// How many changes there may have been, from a moment until now.
    fn since(&self, before: u64) -> RangeInclusive<u64> {
        before / 2..=self.get().div_ceil(2)
    }
}

/// What was in force before a request to the list.
#[derive(Clone, Copy)]
pub struct Before {
    version: u64,
    database: u64,
    generation: u64,
}

impl World {
    pub fn new(list: SocketAddr, tenants: SocketAddr) -> Self {
        Self {
            list,
            tenants,
            version: Counter::default(),
            generations: (0..TENANTS).map(|_| Counter::default()).collect(),
            database: Counter::default(),
            figures: Figures::default(),
        }
    }

    /// The version in force, or about to be.
    pub fn current_version(&self) -> u32 {
        version(self.version.get().div_ceil(2))
    }

    /// `tenant`: its number; the list has none.
    pub fn before(&self, tenant: Option<u32>) -> Before {
        let generation = tenant.and_then(|tenant| self.generations.get(tenant as usize));
        Before {
            version: self.version.get(),
            database: self.database.get(),
            generation: generation.map(Counter::get).unwrap_or_default(),
        }
    }

    /// The answers of the list that are right.
    pub fn of_list(
        &self,
        before: Before,
        scope: Scope,
        origin: &str,
        preflight: bool,
    ) -> Vec<Answer> {
        let versions = self.version.since(before.version);
        versions.map(|n| expected(scope, origin, preflight, version(n))).collect()
    }

    /// Whether the versions in force allow the origin.
    pub fn allowed(&self, before: Before, scope: Scope, origin: &str) -> Vec<bool> {
        self.version.since(before.version).map(|n| scope.allows(origin, version(n))).collect()
    }

    /// The answers of the resolver that are right.
    pub fn of_tenant(
        &self,
        before: Before,
        tenant: u32,
        origin: &str,
        preflight: bool,
    ) -> Vec<Answer> {
        let Some(counter) = self.generations.get(tenant as usize) else {
            return refused_tenant(preflight);
        };
        let name = format!("t{tenant}");
        let allowed = counter.since(before.generation).map(|n| origin_of(&name, n) == origin);
        let allowed = allowed.collect::<Vec<_>>();
        let database = self.database.get();
        let works = before.database == database && database % 2 == 0;
        let mut right = Vec::new();
        if allowed.contains(&true) {
            right.push(granted_tenant(origin, preflight));
        }
        // Without a database there may be no answer, and so no grant.
        if allowed.contains(&false) || !works {
            right.extend(refused_tenant(preflight));
        }
        right
    }

    /// Notes whether an answer is right.
    pub fn check(&self, what: &str, answer: &Answer, right: &[Answer]) {
        if !right.contains(answer) {
            let right = right.iter().map(Answer::to_text).collect::<Vec<_>>().join("; or ");
            self.figures.bad(&format!("{what}: {}; right is {right}", answer.to_text()));
        }
    }
}

fn version(changes: u64) -> u32 {
    u32::try_from(changes % u64::from(VERSIONS)).unwrap_or_default()
}
