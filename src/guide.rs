//! The guides: longer texts on one subject each.
//!
//! They exist in the documentation only and add nothing to a program.

macro_rules! guides {
    ($($(#[$attribute:meta])* $name:ident: $file:literal;)*) => {
        $(
            $(#[$attribute])*
            #[doc = include_str!(concat!("../guide/", $file))]
            pub mod $name {}
        )*
    };
}

guides! {
    policies: "policies.md";
    layers: "layers.md";
    mistakes: "mistakes.md";
    blocked: "blocked.md";
    moving: "moving.md";
    misconceptions: "misconceptions.md";
    enforcement: "enforcement.md";
    local_servers: "local-servers.md";
    async_sources: "async.md";
    observation: "observation.md";
    testing: "testing.md";
    // The plots as data URLs: of two definitions of a link, the first counts.
    #[doc = include_str!("../guide/speed/embedded.md")]
    speed: "speed.md";
}
