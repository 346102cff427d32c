//! Means, confidence intervals and quantiles.

use std::time::Duration;

/// The arithmetic mean.
pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / count(values)
}

/// The mean, and half of its 95 % confidence interval: of some sixty values, 2.0 standard errors.
pub(crate) fn confidence(values: &[f64]) -> (f64, f64) {
    let mean = mean(values);
    let squares = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
    let variance = squares / (count(values) - 1.0);
    (mean, 2.0 * (variance / count(values)).sqrt())
}

/// The value that so many thousandths of all are at most. Sorts them.
pub(crate) fn quantile(times: &mut [Duration], thousandths: usize) -> Duration {
    times.sort_unstable();
    let position = times.len() * thousandths / 1000;
    times[position.min(times.len() - 1)]
}

fn count<T>(values: &[T]) -> f64 {
    u32::try_from(values.len()).map_or(f64::NAN, f64::from)
}
