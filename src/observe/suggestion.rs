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
#[derive(Clone, Copy, Debug)]
struct Addition {
    setting: Setting,
    is_one: bool,
    /// Where in the text the values begin.
    start: usize,
}

const ADD_IT: &str = "to allow it, add ";
const ADD_THEM: &str = "to allow them, add ";

impl Suggestion {
    pub(super) fn advice(text: String) -> Self {
        Self { text, addition: None }
    }

    pub(super) fn add(value: &str, setting: Setting) -> Self {
        let addition = Addition { setting, is_one: true, start: ADD_IT.len() };
        Self { text: format!("{ADD_IT}\"{value}\" to {setting}"), addition: Some(addition) }
    }

    /// Several values, in quotes.
    pub(super) fn add_all(values: &[String], setting: Setting) -> Self {
        let is_one = values.len() == 1;
        let start = if is_one { ADD_IT } else { ADD_THEM };
        let addition = Addition { setting, is_one, start: start.len() };
        Self { text: format!("{start}{} to {setting}", and(values)), addition: Some(addition) }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// All suggestions for a request that is refused for so many reasons, in one text: what is to be
    /// added is said together.
    pub(super) fn join(all: &[&Self], reasons: usize) -> Option<String> {
        if let ([only], 1) = (all, reasons) {
            return Some(only.text.clone());
        }
        let (mut texts, mut additions) = (Vec::new(), Vec::new());
        for Self { text, addition } in all {
            match addition {
                Some(addition) => additions.push((addition, &text[addition.start..])),
                None => texts.push(text.clone()),
            }
        }
        match additions[..] {
            [] => {}
            [(only, text)] => texts.push(format!("to allow {}, add {text}", only.what())),
            [ref most @ .., (_, last)] => {
                let most = most.iter().map(|&(_, text)| text).collect::<Vec<_>>().join(", ");
                texts.push(format!("to allow the request, add {most}, and {last}"));
            }
        }
        (!texts.is_empty()).then(|| texts.join("; "))
    }
}

impl Addition {
    fn what(self) -> &'static str {
        match (self.setting, self.is_one) {
            (Setting::AllowOrigin, _) => "the origin",
            (Setting::AllowMethods, _) => "the method",
            (_, true) => "the header",
            (_, false) => "the headers",
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
