//! Sequences of reloads: a good one is in force at once, a bad one changes nothing.

use super::{
    draw::Draw,
    files,
    policies::{ORIGINS, policies},
};
use http::Request;
use tower_cors::{Policy, PolicyList, Reloadable, select::SelectPolicy};

pub(super) fn run(data: &[u8]) {
    let mut draw = Draw::new(data);
    let known = policies();
    let mut model = PolicyList::from(known[draw.below(known.len())].policy.clone());
    let (reloadable, handle) = Reloadable::new(model.clone());
    while !draw.is_empty() {
        let next = match draw.below(3) {
            0 | 1 => Some(PolicyList::from(known[draw.below(known.len())].policy.clone())),
            _ => PolicyList::from_toml(&files::toml(&mut draw)).ok(),
        };
        if let Some(next) = next {
            let change = handle.replace(next.clone());
            for difference in &change {
                super::origins::check_line(&difference.to_string());
            }
            let again = handle.replace(next.clone());
            assert!(again.is_empty(), "the same policies differ: {again}");
            model = next;
        }
        check_agreement(&mut draw, &reloadable, &model);
        check_agreement(&mut draw, &reloadable, &handle.current());
    }
}

fn check_agreement(draw: &mut Draw<'_>, reloadable: &Reloadable, model: &PolicyList) {
    for _ in 0..3 {
        let request = Request::builder().uri(draw.pick(&["/", "/a", "/a/b"]));
        let request = request.header("origin", draw.pick(ORIGINS)).body(());
        let Ok(request) = request else { continue };
        let parts = request.into_parts().0;
        let decide =
            |selects: &dyn Fn() -> Option<(bool, Policy)>| selects().map(|(allows, _)| allows);
        let ours = decide(&|| {
            let evaluation = reloadable.select(&parts)?.evaluate();
            Some((evaluation.allows_origin(), evaluation.policy().clone()))
        });
        let expected = decide(&|| {
            let evaluation = model.select(&parts)?.evaluate();
            Some((evaluation.allows_origin(), evaluation.policy().clone()))
        });
        assert_eq!(ours, expected, "{parts:?}");
    }
}
