//! The setters of what a layer reports, written once for every layer.

/// Implements `named`, `on_decision`, `record_decision` and `shadow` for a layer that has the field
/// `observer: Option<Arc<Observer>>`.
macro_rules! observer_setters {
    ($layer:ident) => {
        impl<P> $layer<P> {
            /// Names the layer, for events and metrics: so two layers of one stack can be told
            /// apart there.
            ///
            /// ```
            /// use tower_cors::CorsLayer;
            ///
            /// let cors = CorsLayer::builder()
            ///     .allow_origin("https://app.example.com")
            ///     .build()?
            ///     .named("api");
            /// # Ok::<(), tower_cors::PolicyErrors>(())
            /// ```
            pub fn named(self, name: impl AsRef<str>) -> Self {
                self.observing(|observer| observer.set_name(name.as_ref()))
            }

            /// Calls `hook` with each decision, on requests that are not CORS too, before the
            /// request is answered or the inner service is called.
            ///
            /// ```
            /// use tower_cors::{CorsLayer, Decision};
            ///
            /// let cors = CorsLayer::builder()
            ///     .allow_origin("https://app.example.com")
            ///     .build()?
            ///     .on_decision(|decision, parts| {
            ///         if let Decision::Refused(refusal) = decision {
            ///             eprintln!("{} {}: {refusal}", parts.method, parts.uri.path());
            ///         }
            ///     });
            /// # Ok::<(), tower_cors::PolicyErrors>(())
            /// ```
            pub fn on_decision(
                self,
                hook: impl Fn(&$crate::Decision, &http::request::Parts) + Send + Sync + 'static,
            ) -> Self {
                self.observing(|observer| observer.add_hook(hook))
            }

            /// Whether the [`Decision`](crate::Decision) is put into the extensions of the request,
            /// for the inner service, and of the response, for outer layers. Default: `false`.
            ///
            /// ```
            /// use tower_cors::CorsLayer;
            ///
            /// let cors = CorsLayer::builder()
            ///     .allow_origin("https://app.example.com")
            ///     .build()?
            ///     .record_decision(true);
            /// # Ok::<(), tower_cors::PolicyErrors>(())
            /// ```
            pub fn record_decision(self, record: bool) -> Self {
                self.observing(|observer| observer.record = record)
            }

            /// Evaluates each request under `shadow` too, without enforcing it, and calls `report`
            /// where the two decisions differ: with the live decision, the shadow's, and the
            /// request. Use it to try a narrower policy on real traffic.
            ///
            /// Two decisions differ if one is granted, refused or not CORS and the other is not.
            /// With feature "tracing", a difference is also an event.
            ///
            /// ```
            /// use tower_cors::{CorsLayer, Policy};
            ///
            /// let narrower = Policy::builder().allow_origin("https://app.example.com").build()?;
            /// let cors = CorsLayer::builder()
            ///     .allow_origin("https://*.example.com")
            ///     .build()?
            ///     .shadow(narrower, |live, shadow, parts| {
            ///         eprintln!("{}: {live}, but would be {shadow}", parts.uri.path());
            ///     });
            /// # Ok::<(), tower_cors::PolicyErrors>(())
            /// ```
            pub fn shadow(
                self,
                shadow: impl $crate::select::SelectPolicy + Send + Sync + 'static,
                report: impl Fn(&$crate::Decision, &$crate::Decision, &http::request::Parts)
                + Send
                + Sync
                + 'static,
            ) -> Self {
                self.observing(|observer| observer.set_shadow(shadow, report))
            }

            /// Reports at intervals what the shadow policy would have changed: how many requests it
            /// would have refused, and the first few origins of each kind.
            ///
            /// Without this setter, a layer with a shadow policy logs such a report once a minute at
            /// INFO (feature "tracing"). It comes with the first request after the interval, and not
            /// at all if nothing differs.
            ///
            /// ```
            /// use std::time::Duration;
            /// use tower_cors::{CorsLayer, Policy};
            ///
            /// let narrower = Policy::builder().allow_origin("https://app.example.com").build()?;
            /// let cors = CorsLayer::builder()
            ///     .allow_origin("https://*.example.com")
            ///     .build()?
            ///     .shadow(narrower, |_, _, _| ())
            ///     .report_shadow(Duration::from_secs(3600), |report| {
            ///         println!("{} requests would be refused: {report}", report.would_be_refused());
            ///     });
            /// # Ok::<(), tower_cors::PolicyErrors>(())
            /// ```
            pub fn report_shadow(
                self,
                interval: std::time::Duration,
                report: impl Fn(&$crate::observe::ShadowReport) + Send + Sync + 'static,
            ) -> Self {
                self.observing(|observer| observer.set_shadow_reports(interval, report))
            }

            fn observing(self, change: impl FnOnce(&mut $crate::observe::Observer)) -> Self {
                let observer = $crate::observe::Observer::change(self.observer, change);
                Self { observer: Some(observer), ..self }
            }
        }
    };
}

pub(crate) use observer_setters;
