//! The floor is one only if it does the same work: its answers are those of tower-cors, header for
//! header.

use tower_cors_benches::{SCENARIOS, Subject};

#[test]
fn the_floor_answers_as_tower_cors_does() {
    let mut compared = 0;
    for scenario in SCENARIOS {
        let Some(hand) = scenario.answer(Subject::Hand) else { continue };
        let ours = scenario.answer(Subject::TowerCors).expect("it can do all of it");
        assert_eq!(ours.status(), hand.status(), "{}", scenario.name);
        assert_eq!(ours.headers(), hand.headers(), "{}", scenario.name);
        compared += 1;
    }
    assert!(compared > 8, "only {compared} scenarios compared");
}
