//! Three browser engines, headless: found, started, driven, ended.

use std::fmt;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::process::{Group, free_port, program, scratch, within};
use crate::webdriver::Session;

/// Which engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Kind {
    Chromium,
    Firefox,
    WebKit,
}

impl Kind {
    pub(crate) const ALL: [Self; 3] = [Self::Chromium, Self::Firefox, Self::WebKit];

    /// Under automation, `WebKit` leaves its HTTP cache aside.
    pub(crate) fn has_http_cache(self) -> bool {
        self != Self::WebKit
    }

    /// Whether a page of https may load from http below `localhost`.
    pub(crate) fn allows_mixed_loopback(self) -> bool {
        self != Self::WebKit
    }

    /// `WebKit`'s driver gives no console text.
    pub(crate) fn has_console(self) -> bool {
        self != Self::WebKit
    }

    /// The programs this engine needs, or the name of the first that is missing.
    pub(crate) fn find(self) -> Result<Programs, &'static str> {
        let find = |names: &'static [&'static str]| program(names).ok_or(names[0]);
        Ok(match self {
            Self::Chromium => Programs {
                driver: find(&["chromedriver"])?,
                browser: find(&["chromium", "chromium-browser", "google-chrome"])?,
            },
            Self::Firefox => Programs {
                driver: find(&["geckodriver"])?,
                browser: find(&["firefox-esr", "firefox"])?,
            },
            Self::WebKit => {
                find(&["Xvfb"])?;
                Programs {
                    driver: find(&["WebKitWebDriver"])?,
                    browser: program(&["MiniBrowser"])
                        .or_else(debian_mini_browser)
                        .ok_or("MiniBrowser")?,
                }
            }
        })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// The programs of one engine.
#[derive(Clone, Debug)]
pub(crate) struct Programs {
    driver: PathBuf,
    browser: PathBuf,
}

/// Debian keeps it out of `PATH`.
fn debian_mini_browser() -> Option<PathBuf> {
    std::fs::read_dir("/usr/lib")
        .ok()?
        .filter_map(Result::ok)
        .map(|entry| entry.path().join("webkit2gtk-4.1/MiniBrowser"))
        .find(|candidate| candidate.is_file())
}

/// What one test needs of an engine beyond the usual settings.
#[derive(Clone, Debug, Default)]
pub(crate) struct Extra {
    /// More arguments for Chromium.
    pub(crate) chromium: Vec<String>,
    /// More preferences for Firefox, an object.
    pub(crate) firefox: Value,
    /// Whether certificates are checked, so that HSTS counts.
    pub(crate) checks_certificates: bool,
}

/// One engine with one fresh profile and one window. Fields are dropped in their order: the session
/// tells the driver to end the browser, then the process groups end, then the directories go.
#[derive(Debug)]
pub(crate) struct Engine {
    pub(crate) kind: Kind,
    pub(crate) session: Session,
    _groups: Vec<Group>,
    _home: TempDir,
}

impl Engine {
    pub(crate) async fn start_with(
        kind: Kind,
        programs: &Programs,
        extra: &Extra,
    ) -> Result<Self, String> {
        // A free port may be taken by another before the driver has it.
        let mut last = String::new();
        for _ in 0..3 {
            match Self::attempt(kind, programs, extra).await {
                Ok(engine) => return Ok(engine),
                Err(error) => last = error,
            }
        }
        Err(format!("{kind} did not start: {last}"))
    }

    async fn attempt(kind: Kind, programs: &Programs, extra: &Extra) -> Result<Self, String> {
        let home = scratch()?;
        let port = free_port()?;
        let mut groups = Vec::new();
        let mut driver = Command::new(&programs.driver);
        isolate(&mut driver, &home)?;
        let mut capabilities = match kind {
            Kind::Chromium => {
                driver.arg(format!("--port={port}"));
                chromium(&programs.browser, &within(&home, "profile")?)
            }
            Kind::Firefox => {
                driver
                    .args(["--host", "127.0.0.1", "--port", &port.to_string()])
                    .args(["--websocket-port", &free_port()?.to_string()])
                    .arg("--profile-root")
                    .arg(within(&home, "profile")?)
                    .arg("--allow-system-access");
                firefox(&programs.browser)
            }
            Kind::WebKit => {
                let (display, group) = screen(&home)?;
                groups.push(group);
                driver.arg(format!("--port={port}")).env("DISPLAY", format!(":{display}"));
                webkit(&programs.browser)
            }
        };
        extra.add_to(&mut capabilities);
        driver.stdout(Stdio::null());
        // First in the list, so that the driver ends before the screen it draws upon.
        groups.insert(0, Group::spawn(&mut driver, &home.path().join("driver.log"))?);
        let session = Session::open(port, capabilities).await?;
        Ok(Self { kind, session, _groups: groups, _home: home })
    }
}

impl Extra {
    fn add_to(&self, capabilities: &mut Value) {
        if self.checks_certificates {
            capabilities["acceptInsecureCerts"] = false.into();
        }
        let args = capabilities.pointer_mut("/goog:chromeOptions/args");
        if let Some(Value::Array(args)) = args {
            args.extend(self.chromium.iter().map(|argument| json!(argument)));
        }
        let prefs = capabilities.pointer_mut("/moz:firefoxOptions/prefs");
        if let (Some(Value::Object(prefs)), Some(more)) = (prefs, self.firefox.as_object()) {
            prefs.extend(more.clone());
        }
    }
}

/// Nothing of the user's own settings, nothing left behind.
fn isolate(command: &mut Command, home: &TempDir) -> Result<(), String> {
    command.env("HOME", home.path()).env("TMPDIR", within(home, "t")?);
    for variable in ["XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"] {
        command.env(variable, within(home, variable)?);
    }
    for variable in
        ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"]
    {
        command.env_remove(variable);
    }
    command.env_remove("DBUS_SESSION_BUS_ADDRESS");
    Ok(())
}

fn chromium(browser: &Path, profile: &Path) -> Value {
    json!({
        "acceptInsecureCerts": true,
        "goog:loggingPrefs": { "browser": "ALL" },
        "goog:chromeOptions": {
            "binary": browser,
            "args": [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--disable-dev-shm-usage", "--no-proxy-server", format!("--user-data-dir={}", profile.display()),
            ],
            // Third-party cookies are allowed: whether they are sent is for `SameSite` to say here.
            "prefs": { "profile": { "cookie_controls_mode": 0 } },
        },
    })
}

fn firefox(browser: &Path) -> Value {
    json!({
        "acceptInsecureCerts": true,
        "moz:firefoxOptions": {
            "binary": browser,
            "args": ["-headless"],
            "prefs": {
                "network.cookie.cookieBehavior": 0,
                "network.trr.mode": 5,
                "network.http.http3.enable": false,
                "network.proxy.type": 0,
            },
        },
    })
}

fn webkit(browser: &Path) -> Value {
    json!({
        "acceptInsecureCerts": true,
        "webkitgtk:browserOptions": {
            "binary": browser,
            "args": ["--automation", "--cookies-policy=always", "--ignore-tls-errors"],
        },
    })
}

/// A screen for the engine that has no headless mode; its number.
fn screen(home: &TempDir) -> Result<(String, Group), String> {
    let mut server = Command::new("Xvfb");
    server
        .args(["-displayfd", "1", "-screen", "0", "800x600x24", "-nolisten", "tcp"])
        .stdout(Stdio::piped());
    let mut group = Group::spawn(&mut server, &home.path().join("screen.log"))?;
    let stdout = group.stdout().ok_or("Xvfb has no standard output")?;
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut line = String::new();
        let _ = BufReader::new(stdout).read_line(&mut line);
        let _ = sender.send(line);
    });
    match receiver.recv_timeout(Duration::from_secs(10)) {
        Ok(line) if !line.trim().is_empty() => Ok((line.trim().to_owned(), group)),
        _ => Err("Xvfb named no display".to_owned()),
    }
}
