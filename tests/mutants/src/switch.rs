/// The switch of the mutants. It is written into the copy of the sources, where each mutant asks
/// whether it is on. In a `const fn` that runs at compile time, all are off.
#[doc(hidden)]
#[allow(clippy::all, clippy::pedantic, missing_docs, missing_debug_implementations, unreachable_pub)]
pub mod mutant_switch {
    use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

    const NOT_READ: u32 = u32::MAX;
    static ON: AtomicU32 = AtomicU32::new(NOT_READ);

    #[inline]
    pub const fn on(mutant: u32) -> bool {
        core::intrinsics::const_eval_select((mutant,), off, is_on)
    }

    const fn off(_: u32) -> bool {
        false
    }

    fn is_on(mutant: u32) -> bool {
        if ON.load(Relaxed) == NOT_READ {
            let chosen = std::env::var("MUTANT").ok().and_then(|number| number.parse().ok());
            ON.store(chosen.unwrap_or(0), Relaxed);
        }
        ON.load(Relaxed) == mutant
    }

    /// Two iterators as one type.
    pub enum Either<A, B> {
        Mutant(A),
        Original(B),
    }

    impl<A: Iterator, B: Iterator<Item = A::Item>> Iterator for Either<A, B> {
        type Item = A::Item;

        fn next(&mut self) -> Option<A::Item> {
            match self {
                Self::Mutant(items) => items.next(),
                Self::Original(items) => items.next(),
            }
        }
    }
}
