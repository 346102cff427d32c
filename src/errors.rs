//! Several errors at once.

use std::{error::Error, fmt};

/// Everything that is wrong, at least one error.
///
/// It prints one line for each error (as `Debug` too, which is what `unwrap` and `main` print), and
/// iterates over them.
#[derive(Clone, PartialEq, Eq)]
pub struct Errors<E> {
    // Invariant: not empty.
    errors: Vec<E>,
}

impl<E> Errors<E> {
    /// `Err` of all that was collected, if anything was.
    pub(crate) fn check(errors: Vec<E>) -> Result<(), Self> {
        if errors.is_empty() { Ok(()) } else { Err(Self { errors }) }
    }

    /// The errors. There is at least one.
    pub fn iter(&self) -> std::slice::Iter<'_, E> {
        self.errors.iter()
    }

    #[cfg(feature = "source")]
    pub(crate) fn map<T>(self, change: impl FnMut(E) -> T) -> Errors<T> {
        Errors { errors: self.errors.into_iter().map(change).collect() }
    }
}

impl<E> From<E> for Errors<E> {
    fn from(error: E) -> Self {
        Self { errors: vec![error] }
    }
}

impl<E: fmt::Display> fmt::Display for Errors<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, error) in self.errors.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            error.fmt(f)?;
        }
        Ok(())
    }
}

impl<E: fmt::Display> fmt::Debug for Errors<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<E: fmt::Display> Error for Errors<E> {}

impl<E> IntoIterator for Errors<E> {
    type Item = E;
    type IntoIter = std::vec::IntoIter<E>;

    fn into_iter(self) -> Self::IntoIter {
        self.errors.into_iter()
    }
}

impl<'a, E> IntoIterator for &'a Errors<E> {
    type Item = &'a E;
    type IntoIter = std::slice::Iter<'a, E>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
