//! What asks for a resource: a script's `fetch()`, or another part of a page.

use super::options::Element;

/// The [initiator](https://fetch.spec.whatwg.org/#request-initiator-type), as far as it matters
/// here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Initiator {
    Fetch,
    EventSource,
    WebSocket,
    Element(Element),
    /// A form, at the top level.
    Form,
    /// A link, at the top level.
    Link,
}

impl Initiator {
    /// Whether the answer replaces the page.
    pub(super) fn navigates(self) -> bool {
        matches!(self, Self::Form | Self::Link)
    }

    /// <https://fetch.spec.whatwg.org/#concept-request-destination>, as `Sec-Fetch-Dest` writes it.
    pub(super) fn destination(self) -> &'static str {
        match self {
            Self::Fetch | Self::EventSource | Self::WebSocket => "empty",
            Self::Form | Self::Link => "document",
            Self::Element(element) => element.destination(),
        }
    }

    /// The value of `Accept` where a script sets none.
    pub(super) fn accept(self) -> &'static str {
        match self {
            Self::EventSource => "text/event-stream",
            Self::Form | Self::Link => {
                "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
            }
            Self::Element(Element::Image) => "image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5",
            Self::Element(Element::Style) => "text/css,*/*;q=0.1",
            _ => "*/*",
        }
    }

    /// The directives of a content security policy that govern it, the first that is there.
    pub(super) fn directives(self) -> &'static [&'static str] {
        match self {
            Self::Fetch | Self::EventSource | Self::WebSocket => &["connect-src", "default-src"],
            Self::Element(Element::Script | Element::ModuleScript) => {
                &["script-src-elem", "script-src", "default-src"]
            }
            Self::Element(Element::Font) => &["font-src", "default-src"],
            Self::Element(Element::Image) => &["img-src", "default-src"],
            Self::Element(Element::Style) => &["style-src-elem", "style-src", "default-src"],
            Self::Element(Element::Media) => &["media-src", "default-src"],
            Self::Form => &["form-action"],
            Self::Link => &[],
        }
    }
}
