//! What to change for a request to be granted.

use crate::policy::Setting;

/// What to change for one reason to go away.
#[derive(Clone, Debug)]
pub(super) struct Suggestion {
    text: String,
    /// If it says nothing but this.
    addition: Option<Addition>,
}

/// Values to add to a list.
#[derive(Clone, Debug)]
struct Addition {
    setting: Setting,
    /// In quotes.
    values: Vec<String>,
}

impl Suggestion {
    pub(super) fn advice(text: String) -> Self {
        Self { text, addition: None }
    }

    pub(super) fn add(value: &str, setting: Setting) -> Self {
        Self::add_all(vec![format!("\"{value}\"")], setting)
    }

    /// The values are in quotes.
    pub(super) fn add_all(values: Vec<String>, setting: Setting) -> Self {
        let addition = Addition { setting, values };
        let what = if addition.values.len() == 1 { "it" } else { "them" };
        Self { text: format!("to allow {what}, add {}", addition.text()), addition: Some(addition) }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// All suggestions for a request that is refused for so many reasons, in one text: what is to be
    /// added is said together.
    pub(super) fn join(all: &[Self], reasons: usize) -> Option<String> {
        if let ([only], 1) = (all, reasons) {
            return Some(only.text.clone());
        }
        let (mut texts, mut additions) = (Vec::new(), Vec::new());
        for Self { text, addition } in all {
            match addition {
                Some(addition) => additions.push(addition),
                None => texts.push(text.clone()),
            }
        }
        match additions[..] {
            [] => {}
            [only] => texts.push(format!("to allow {}, add {}", only.what(), only.text())),
            [ref most @ .., last] => {
                let most = most.iter().map(|addition| addition.text()).collect::<Vec<_>>();
                let (most, last) = (most.join(", "), last.text());
                texts.push(format!("to allow the request, add {most}, and {last}"));
            }
        }
        (!texts.is_empty()).then(|| texts.join("; "))
    }
}

impl Addition {
    fn text(&self) -> String {
        format!("{} to {}", and(&self.values), self.setting)
    }

    fn what(&self) -> &'static str {
        match (self.setting, self.values.len()) {
            (Setting::AllowOrigin, _) => "the origin",
            (Setting::AllowMethods, _) => "the method",
            (_, 1) => "the header",
            _ => "the headers",
        }
    }
}

/// `a, b and c`
pub(super) fn and(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}
