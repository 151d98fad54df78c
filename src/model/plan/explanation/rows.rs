//! The settings of an invocation as rows: name, value, origin.

use serde_json::{Value, json};

use crate::model::origin::{Origin, Sourced};
use crate::model::settings::Settings;
use crate::model::settings::mfa::Mfa;
use crate::model::source::Source;
use crate::model::source::caller::Caller;
use crate::model::source::role::{Role, SessionName};
use crate::model::time::Span;

#[derive(Debug)]
pub(super) struct Row {
    /// Its name in JSON, in snake case; a time ends in `_seconds`.
    pub(super) name: &'static str,
    pub(super) value: RowValue,
    pub(super) origin: Origin,
}

/// A value, before it becomes text or JSON.
#[derive(Debug)]
pub(super) enum RowValue {
    Text(String),
    Span(Span),
    Flag(bool),
    /// Nothing names it yet; a sign-in will find it.
    Unknown,
}

impl Row {
    fn new(name: &'static str, value: RowValue, origin: &Origin) -> Self {
        let origin = origin.clone();
        Self {
            name,
            value,
            origin,
        }
    }

    fn text(name: &'static str, value: &Sourced<String>) -> Self {
        Self::new(name, RowValue::Text(value.value.clone()), &value.origin)
    }

    fn seconds(name: &'static str, value: &Sourced<Span>) -> Self {
        Self::new(name, RowValue::Span(value.value.clone()), &value.origin)
    }

    /// What people call it.
    pub(super) fn label(&self) -> String {
        let name = self.name.strip_suffix("_seconds").unwrap_or(self.name);
        name.replace('_', " ")
    }

    pub(super) fn to_text(&self) -> String {
        match &self.value {
            RowValue::Text(text) => text.clone(),
            RowValue::Span(span) => span.to_string(),
            RowValue::Flag(flag) => flag.to_string(),
            RowValue::Unknown => "to be found".to_owned(),
        }
    }

    pub(super) fn to_json(&self) -> Value {
        let value = match &self.value {
            RowValue::Text(text) => json!(text),
            RowValue::Span(span) => json!(span.seconds),
            RowValue::Flag(flag) => json!(flag),
            RowValue::Unknown => Value::Null,
        };
        json!({ "name": self.name, "value": value, "origin": self.origin.to_string() })
    }
}

/// Every setting that has a part in this invocation.
pub(super) fn rows(settings: &Settings) -> Vec<Row> {
    let mut rows = vec![Row::text("profile", &settings.profile)];
    for role in &settings.roles {
        rows.extend(of_role(settings, role));
    }
    rows.push(of_source(settings));
    rows.extend(of_mfa(settings));
    rows.push(Row::seconds("duration_seconds", &settings.duration));
    rows.push(Row::seconds("min_ttl_seconds", &settings.min_ttl));
    let endpoints = &settings.endpoints;
    let texts = [
        ("region", &endpoints.region),
        ("sts_endpoint", &endpoints.sts),
        ("iam_endpoint", &endpoints.iam),
        ("ca_bundle", &endpoints.ca_bundle),
        ("expected_account", &settings.guards.expected_account),
    ];
    let texts = texts
        .into_iter()
        .filter_map(|(name, value)| Some(Row::text(name, value.as_ref()?)));
    rows.extend(texts);
    if let Some(process) = &settings.mfa_process {
        // Its arguments may hold the seed of the codes.
        let program = process.value.split_whitespace().next().unwrap_or_default();
        let program = RowValue::Text(program.to_owned());
        rows.push(Row::new("mfa_process", program, &process.origin));
    }
    if let Some(confirm) = &settings.guards.confirm {
        rows.push(Row::new(
            "confirm",
            RowValue::Flag(confirm.value),
            &confirm.origin,
        ));
    }
    rows
}

fn of_role(settings: &Settings, role: &Role) -> Vec<Row> {
    let mut rows = vec![
        Row::text("role", &role.arn),
        of_session_name(settings, role),
    ];
    let mut listed = |name, value: Option<Sourced<String>>| {
        rows.extend(value.map(|value| Row::text(name, &value)));
    };
    listed("external_id", role.external_id.clone());
    listed("session_tags", role.tags.as_ref().map(tags));
    listed(
        "transitive_session_tags",
        role.transitive_tags.as_ref().map(words),
    );
    listed("source_identity", role.source_identity.clone());
    listed("role_session_policy", role.policy.clone());
    listed(
        "role_session_policy_arns",
        role.policy_arns.as_ref().map(words),
    );
    rows.push(Row::seconds("role_duration_seconds", &role.duration));
    rows
}

fn of_session_name(settings: &Settings, role: &Role) -> Row {
    let name = settings.session_name(role);
    let text = || RowValue::Text(settings.name_of(&name));
    let (value, origin) = match (&role.session_name, &name, &settings.caller) {
        (Some(written), ..) => (text(), &written.origin),
        (None, SessionName::OfCaller, Caller::Unknown) => {
            (RowValue::Unknown, &Origin::CallerIdentity)
        }
        (None, SessionName::OfCaller, Caller::User(_)) => (text(), &Origin::CallerIdentity),
        (None, ..) => (text(), &Origin::Default),
    };
    Row::new("role_session_name", value, origin)
}

fn of_source(settings: &Settings) -> Row {
    let (name, value, place) = match &settings.source {
        Source::Key(key) => ("access_key", key.access_key_id.as_str(), &key.place),
        Source::Provider(provider)
        | Source::KeyOfProgram {
            program: provider, ..
        } => ("keys_from", provider.name(), &provider.place),
    };
    let origin = Origin::Profile(place.clone());
    Row::new(name, RowValue::Text(value.to_owned()), &origin)
}

fn of_mfa(settings: &Settings) -> Vec<Row> {
    let session = Row::seconds("mfa_session_seconds", &settings.mfa_duration);
    match (settings.mfa(), settings.mfa_of_key()) {
        (_, Mfa::NotUsed) => vec![Row::new(
            "without_mfa",
            RowValue::Flag(true),
            &Origin::Option("--without-mfa"),
        )],
        (Mfa::NotUsed, _) => Vec::new(),
        (Mfa::Device(serial), _) => vec![Row::text("mfa_serial", serial), session],
        (Mfa::Unknown, _) => vec![
            Row::new("mfa_serial", RowValue::Unknown, &Origin::Discovered),
            session,
        ],
    }
}

fn tags(tags: &Sourced<Vec<(String, String)>>) -> Sourced<String> {
    let pairs: Vec<String> = tags
        .value
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    Sourced::new(pairs.join(", "), tags.origin.clone())
}

fn words(words: &Sourced<Vec<String>>) -> Sourced<String> {
    Sourced::new(words.value.join(", "), words.origin.clone())
}
