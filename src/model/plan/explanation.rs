//! What `explain` tells: where every setting came from, what is at hand, and what a run would do
//! and change. Made from the same plan that a run follows.

use std::fmt::Write;

use secrecy::SecretString;
use serde_json::{Value, json};

use crate::escape::printable;
use crate::model::arn::account_of_arn;
use crate::model::child::env::child_environment;
use crate::model::environment::Environment;
use crate::model::origin::{Origin, Sourced};
use crate::model::plan::calls::{CodeSource, Request, requests};
use crate::model::plan::step::{Layer, Step};
use crate::model::plan::{Plan, plan};
use crate::model::session::{Session, SessionKind};
use crate::model::settings::Settings;
use crate::model::settings::exports::take_back_exports;
use crate::model::source::Base;
use crate::model::time::{Timestamp, in_words};

/// What stands for a value that only the session has.
const OF_THE_SESSION: &str = "(the session's)";

/// Everything that is known before a run.
#[derive(Debug)]
pub struct Explanation<'a> {
    settings: &'a Settings,
    plan: &'a Plan,
    codes: CodeSource,
    now: Timestamp,
    requests: Vec<Request>,
    /// What would be sent if the program that is going to run gave a long-term key.
    with_key: Option<Vec<Request>>,
    /// What the environment of the command would have that the caller's has not.
    set: Vec<(String, String)>,
    removed: Vec<String>,
}

impl<'a> Explanation<'a> {
    /// Puts it together; `env` is the caller's environment.
    #[must_use]
    pub fn new(
        settings: &'a Settings,
        plan: &'a Plan,
        codes: CodeSource,
        env: &Environment,
        now: Timestamp,
    ) -> Self {
        let (set, removed) = difference(env, settings, plan);
        Self {
            requests: requests(settings, plan, codes),
            with_key: requests_with_key(settings, plan, codes, now),
            settings,
            plan,
            codes,
            now,
            set,
            removed,
        }
    }

    /// For people.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        let mut line = |left: &str, right: &str| {
            let _strings_take_everything = writeln!(text, "{left:<18} {}", printable(right));
        };
        line("profile", &self.chain());
        for (name, value, origin) in self.settings() {
            line(&name, &format!("{value}   ({origin})"));
        }
        for (number, layer) in self.plan.layers.iter().enumerate() {
            line("session", &self.layer(number, layer));
        }
        if self.requests.is_empty() {
            line("requests", "none");
        }
        for request in &self.requests {
            line("request", &request_in_words(request));
        }
        for request in self.with_key.iter().flatten() {
            line("if a long-term key", &request_in_words(request));
        }
        line("codes", self.codes());
        if let Err(error) = self.plan.check(self.settings, true) {
            line("refused", &error.summary());
        }
        for notice in &self.settings.notices {
            line("notice", notice);
        }
        for (name, value) in &self.set {
            line("environment", &format!("+ {name}={value}"));
        }
        for name in &self.removed {
            line("environment", &format!("- {name}"));
        }
        text
    }

    /// For programs.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let settings = self.settings().into_iter();
        let settings = settings
            .map(|(name, value, origin)| json!({ "name": name, "value": value, "origin": origin }));
        let layers = self.plan.layers.iter().enumerate();
        let layers = layers.map(|(number, layer)| {
            let at_hand = self.at_hand(number);
            json!({
                "kind": layer.kind(self.settings).name(),
                "role_arn": self.role_arn(layer),
                "duration_seconds": layer.duration,
                "expires_at": at_hand.map(|session| session.expires_at.to_string()),
            })
        });
        let in_json = |requests: &Vec<Request>| -> Vec<Value> {
            requests.iter().map(request_in_json).collect()
        };
        // Null where it is not known before the program has run.
        let codes = (!self.may_need_code()).then(|| u8::from(self.plan.needs_code()));
        let set: serde_json::Map<String, Value> = self
            .set
            .iter()
            .map(|(name, value)| (name.clone(), json!(value)))
            .collect();
        json!({
            "profile": self.settings.profile.value,
            "chain": self.settings.chain,
            "settings": settings.collect::<Vec<_>>(),
            "sessions": layers.collect::<Vec<_>>(),
            "reason": self.plan.reason.as_ref().map(ToString::to_string),
            "requests": in_json(&self.requests),
            "requests_with_long_term_key": self.with_key.as_ref().map(in_json),
            "codes": codes,
            "refused": self.plan.check(self.settings, true).err().map(|error| error.summary()),
            "notices": self.settings.notices,
            "environment": { "set": set, "removed": self.removed },
        })
    }

    fn chain(&self) -> String {
        let base = match &self.settings.base {
            Base::Key(key) => format!("the key {}", key.access_key_id),
            Base::Provider(provider)
            | Base::KeyOfProgram {
                program: provider, ..
            } => provider.kind.name().to_owned(),
            Base::None => "nothing".to_owned(),
        };
        let names = self.settings.chain.iter().map(String::as_str);
        let steps: Vec<&str> = names.chain([base.as_str()]).collect();
        steps.join(", which uses ")
    }

    /// Name, value and origin of every setting.
    fn settings(&self) -> Vec<(String, String, String)> {
        let settings = self.settings;
        let mut rows = Vec::new();
        let mut row = |name: &str, value: String, origin: &Origin| {
            rows.push((name.to_owned(), value, origin.to_string()));
        };
        row(
            "chosen",
            settings.profile.value.clone(),
            &settings.profile.origin,
        );
        for role in &settings.roles {
            row("role", role.arn.value.clone(), &role.arn.origin);
            let name = role.session_name.as_ref().map(|name| &name.origin);
            row(
                "role session name",
                settings.session_name(role),
                name.unwrap_or(&Origin::Default),
            );
            for (name, told) in &role.told {
                row(name, told.value.clone(), &told.origin);
            }
            row(
                "role duration",
                in_words(role.duration.value),
                &role.duration.origin,
            );
        }
        match &settings.base {
            Base::Key(key) => row(
                "access key",
                key.access_key_id.clone(),
                &Origin::Profile(key.place.clone()),
            ),
            Base::Provider(provider)
            | Base::KeyOfProgram {
                program: provider, ..
            } => row(
                "keys from",
                provider.kind.name().to_owned(),
                &Origin::Profile(provider.place.clone()),
            ),
            Base::None => {}
        }
        if settings.without_mfa {
            row(
                "without mfa",
                "true".to_owned(),
                &Origin::Option("--without-mfa"),
            );
        }
        if settings.uses_device() {
            match &settings.serial {
                Some(serial) => row("mfa serial", serial.value.clone(), &serial.origin),
                None => row("mfa serial", "to be found".to_owned(), &Origin::Discovered),
            }
            row(
                "mfa session",
                in_words(settings.base_duration.value),
                &settings.base_duration.origin,
            );
        }
        row(
            "duration",
            in_words(settings.duration.value),
            &settings.duration.origin,
        );
        row(
            "min-ttl",
            in_words(settings.min_ttl.value),
            &settings.min_ttl.origin,
        );
        let guards = &settings.guards;
        let texts = [
            ("region", &settings.endpoints.region),
            ("endpoint of STS", &settings.endpoints.sts),
            ("ca bundle", &settings.endpoints.ca_bundle),
            ("expected account", &guards.expected_account),
        ];
        for (name, value) in texts {
            if let Some(Sourced { value, origin }) = value {
                row(name, value.clone(), origin);
            }
        }
        if let Some(process) = &settings.mfa_process {
            // Its words may hold the seed of the codes.
            let program = process.value.split_whitespace().next().unwrap_or_default();
            row("mfa process", program.to_owned(), &process.origin);
        }
        if let Some(confirm) = &guards.confirm {
            row("confirm", confirm.value.to_string(), &confirm.origin);
        }
        rows
    }

    fn role_arn(&self, layer: &Layer) -> Option<&str> {
        match layer.step {
            Step::Role(number) => Some(&self.settings.roles.get(number)?.arn.value),
            Step::SessionToken | Step::Provider => None,
        }
    }

    fn at_hand(&self, number: usize) -> Option<&Session> {
        let (found, session) = self.plan.at_hand.as_ref()?;
        (*found == number).then_some(session)
    }

    fn layer(&self, number: usize, layer: &Layer) -> String {
        let role = self
            .role_arn(layer)
            .map_or(String::new(), |arn| format!(" {arn}"));
        let have = self.plan.at_hand.as_ref().map_or(0, |(found, _)| found + 1);
        let last = number + 1 == self.plan.layers.len();
        let state = match (self.at_hand(number), &self.plan.reason) {
            (Some(session), _) => format!(
                "at hand, {} left",
                in_words(self.now.until(session.expires_at))
            ),
            (None, _) if number < have => "not needed".to_owned(),
            (None, _) if layer.step == Step::Provider => "to be got".to_owned(),
            (None, Some(reason)) if last => {
                format!("to be got for {}: {reason}", in_words(layer.duration))
            }
            (None, _) => format!("to be got for {}", in_words(layer.duration)),
        };
        let cut = layer.cut.as_ref().map_or(String::new(), |wish| {
            format!(", cut from the {} of {}", in_words(wish.value), wish.origin)
        });
        format!("{}{role}: {state}{cut}", layer.kind(self.settings).name())
    }

    /// Whether a code is needed or not as a program decides.
    fn may_need_code(&self) -> bool {
        self.with_key
            .iter()
            .flatten()
            .any(|request| request.with_code)
    }

    fn codes(&self) -> &'static str {
        if self.may_need_code() {
            return match self.codes {
                CodeSource::Nowhere => {
                    "none, or one if the program gives a long-term key, and then the run would \
                     fail, as nobody may be asked"
                }
                _ => "none, or one if the program gives a long-term key",
            };
        }
        match (self.plan.needs_code(), self.codes) {
            (false, _) => "none",
            (true, CodeSource::Given) => "one, which was given",
            (true, CodeSource::Printed) => "one, from the mfa process",
            (true, CodeSource::Dialog) => "one, asked for by the program that was chosen",
            (true, CodeSource::Typed) => "one, asked for on the terminal",
            (true, CodeSource::Nowhere) => "one, and nobody may be asked: the run would fail",
        }
    }
}

/// `explain` does not run the program, which decides what comes after it.
fn requests_with_key(
    settings: &Settings,
    plan: &Plan,
    codes: CodeSource,
    now: Timestamp,
) -> Option<Vec<Request>> {
    settings.program_to_run(plan)?;
    let with_key = settings.with_key_of_program()?;
    let plan = self::plan(&with_key, false, now, |_| Ok(None)).ok()?;
    Some(requests(&with_key, &plan, codes))
}

fn request_in_json(request: &Request) -> Value {
    json!({
        "service": request.service,
        "action": request.action,
        "role_arn": request.role_arn,
        "duration_seconds": request.duration,
        "with_code": request.with_code,
    })
}

fn request_in_words(request: &Request) -> String {
    let Request {
        service, action, ..
    } = request;
    let role = request
        .role_arn
        .as_ref()
        .map_or(String::new(), |arn| format!(" {arn}"));
    let duration = request
        .duration
        .map_or(String::new(), |seconds| format!(", {}", in_words(seconds)));
    let code = if request.with_code {
        ", with a code"
    } else {
        ""
    };
    format!("{service} {action}{role}{duration}{code}")
}

/// What would be set and removed, with a session that shows nothing.
fn difference(
    env: &Environment,
    settings: &Settings,
    plan: &Plan,
) -> (Vec<(String, String)>, Vec<String>) {
    let at_hand = plan.at_hand.as_ref().filter(|_| plan.missing().is_empty());
    let role = settings
        .roles
        .last()
        .and_then(|role| account_of_arn(&role.arn.value));
    let device = settings.known_serial().filter(|_| settings.uses_device());
    let account = role.or(device.and_then(account_of_arn));
    let session = Session {
        kind: SessionKind::Mfa,
        access_key_id: OF_THE_SESSION.to_owned(),
        secret_access_key: SecretString::from(OF_THE_SESSION),
        session_token: SecretString::from(OF_THE_SESSION),
        expires_at: at_hand.map_or(Timestamp(0), |(_, session)| session.expires_at),
        obtained_at: Timestamp(0),
        duration: 0,
        account: match at_hand {
            Some((_, session)) => session.account.clone(),
            None => Some(account.unwrap_or(OF_THE_SESSION).to_owned()),
        },
        serial: None,
        source_key_id: None,
        role_arn: None,
        profile: String::new(),
    };
    // A run begins by taking back what a run around it has exported.
    let mut parent = env.clone();
    take_back_exports(&mut parent);
    let child = child_environment(&parent, &session, settings);
    let set = child.names().into_iter().filter_map(|name| {
        let value = child.get(&name)?;
        let value = match (name.as_str(), at_hand) {
            ("AWS_CREDENTIAL_EXPIRATION", None) => OF_THE_SESSION.to_owned(),
            _ => value.to_string_lossy().into_owned(),
        };
        (env.get(&name) != child.get(&name)).then_some((name, value))
    });
    let removed = env
        .names()
        .into_iter()
        .filter(|name| child.get(name).is_none());
    (set.collect(), removed.collect())
}
