//! The methods and headers of well-known protocols.

use std::fmt;

/// The methods and headers that clients of a well-known protocol need, for
/// [`preset`](crate::PolicyBuilder::preset).
///
/// A preset adds to [`allow_methods`], [`allow_headers`] and [`expose_headers`]. It never allows an
/// origin, credentials or the header `authorization`: those are up to the application.
///
/// | preset | name | allows methods | allows headers | exposes headers |
/// | --- | --- | --- | --- | --- |
/// | [`GrpcWeb`] | `grpc-web` | | `content-type`, `grpc-timeout`, `x-grpc-web`, `x-user-agent` | `grpc-status`, `grpc-message`, `grpc-status-details-bin` |
/// | [`Connect`] | `connect` | | `content-type`, `connect-protocol-version`, `connect-timeout-ms`, `connect-accept-encoding`, `connect-content-encoding`, `content-encoding` | `content-encoding`, `connect-content-encoding` |
/// | [`Tus`] | `tus` | `PATCH`, `DELETE` | `content-type`, `tus-resumable`, `upload-length`, `upload-offset`, `upload-metadata`, `upload-defer-length`, `upload-concat`, `upload-checksum`, `x-http-method-override` | `location`, `tus-resumable`, `tus-version`, `tus-extension`, `tus-max-size`, `tus-checksum-algorithm`, `upload-length`, `upload-offset`, `upload-metadata`, `upload-defer-length`, `upload-concat`, `upload-expires` |
/// | [`GraphQl`] | `graphql` | | `content-type`, `apollo-require-preflight`, `x-apollo-operation-name` | |
/// | [`Mcp`] | `mcp` | `DELETE` | `content-type`, `mcp-session-id`, `mcp-protocol-version`, `mcp-method`, `mcp-name`, `last-event-id` | `mcp-session-id` |
///
/// `GET`, `HEAD` and `POST` are not listed, since they are always allowed.
///
/// [`allow_methods`]: crate::PolicyBuilder::allow_methods
/// [`allow_headers`]: crate::PolicyBuilder::allow_headers
/// [`expose_headers`]: crate::PolicyBuilder::expose_headers
/// [`GrpcWeb`]: Self::GrpcWeb
/// [`Connect`]: Self::Connect
/// [`Tus`]: Self::Tus
/// [`GraphQl`]: Self::GraphQl
/// [`Mcp`]: Self::Mcp
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Preset {
    /// [gRPC-Web](https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md), as its clients
    /// `grpc-web` and `@connectrpc/connect-web` send it. Source: [`connectrpc.com/cors`, headers
    /// for gRPC-Web](https://pkg.go.dev/connectrpc.com/cors).
    GrpcWeb,
    /// [Connect](https://connectrpc.com/docs/protocol), the protocol itself; combine it with
    /// [`GrpcWeb`](Self::GrpcWeb) for a server that speaks both. Source: [`connectrpc.com/cors`,
    /// headers for Connect](https://pkg.go.dev/connectrpc.com/cors).
    Connect,
    /// [tus 1.0](https://tus.io/protocols/resumable-upload), resumable uploads with all its
    /// extensions. Source: the headers that the protocol defines.
    Tus,
    /// GraphQL over HTTP with JSON bodies. Source: [GraphQL over
    /// HTTP](https://graphql.github.io/graphql-over-http/draft/), and the headers of [Apollo's
    /// protection against request
    /// forgery](https://www.apollographql.com/docs/apollo-server/security/cors#preventing-cross-site-request-forgery-csrf).
    GraphQl,
    /// The [Streamable HTTP transport of the Model Context
    /// Protocol](https://modelcontextprotocol.io/specification/2025-06-18/basic/transports#streamable-http):
    /// sessions and resumed streams of the revisions up to 2025, and the headers that
    /// [SEP-2243](https://modelcontextprotocol.io/seps/2243-http-standardization) added in 2026.
    Mcp,
}

impl Preset {
    /// All of them.
    pub const ALL: &[Self] = &[Self::GrpcWeb, Self::Connect, Self::Tus, Self::GraphQl, Self::Mcp];

    /// The name, as the policy file has it: `grpc-web`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GrpcWeb => "grpc-web",
            Self::Connect => "connect",
            Self::Tus => "tus",
            Self::GraphQl => "graphql",
            Self::Mcp => "mcp",
        }
    }

    /// The preset of this name.
    ///
    /// ```
    /// use tower_cors::policy::Preset;
    ///
    /// assert_eq!(Preset::from_name("grpc-web"), Some(Preset::GrpcWeb));
    /// assert_eq!(Preset::from_name("soap"), None);
    /// ```
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|preset| preset.as_str() == name)
    }

    /// The methods that it adds to [`allow_methods`](crate::PolicyBuilder::allow_methods).
    #[must_use]
    pub const fn allow_methods(self) -> &'static [&'static str] {
        match self {
            Self::Tus => &["PATCH", "DELETE"],
            Self::Mcp => &["DELETE"],
            Self::GrpcWeb | Self::Connect | Self::GraphQl => &[],
        }
    }

    /// The names that it adds to [`allow_headers`](crate::PolicyBuilder::allow_headers).
    #[must_use]
    pub const fn allow_headers(self) -> &'static [&'static str] {
        match self {
            Self::GrpcWeb => &["content-type", "grpc-timeout", "x-grpc-web", "x-user-agent"],
            Self::Connect => &[
                "content-type",
                "connect-protocol-version",
                "connect-timeout-ms",
                "connect-accept-encoding",
                "connect-content-encoding",
                "content-encoding",
            ],
            Self::Tus => &[
                "content-type",
                "tus-resumable",
                "upload-length",
                "upload-offset",
                "upload-metadata",
                "upload-defer-length",
                "upload-concat",
                "upload-checksum",
                "x-http-method-override",
            ],
            Self::GraphQl => {
                &["content-type", "apollo-require-preflight", "x-apollo-operation-name"]
            }
            Self::Mcp => &[
                "content-type",
                "mcp-session-id",
                "mcp-protocol-version",
                "mcp-method",
                "mcp-name",
                "last-event-id",
            ],
        }
    }

    /// The names that it adds to [`expose_headers`](crate::PolicyBuilder::expose_headers).
    #[must_use]
    pub const fn expose_headers(self) -> &'static [&'static str] {
        match self {
            Self::GrpcWeb => &["grpc-status", "grpc-message", "grpc-status-details-bin"],
            Self::Connect => &["content-encoding", "connect-content-encoding"],
            Self::Tus => &[
                "location",
                "tus-resumable",
                "tus-version",
                "tus-extension",
                "tus-max-size",
                "tus-checksum-algorithm",
                "upload-length",
                "upload-offset",
                "upload-metadata",
                "upload-defer-length",
                "upload-concat",
                "upload-expires",
            ],
            Self::GraphQl => &[],
            Self::Mcp => &["mcp-session-id"],
        }
    }
}

impl fmt::Display for Preset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
