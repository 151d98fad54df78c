//! What `explain` tells: where every setting came from, which sessions are cached, and what a run would
//! do and change. Made from the same plan that a run follows.

mod environment;
mod rows;
mod text;

use serde_json::{Value, json};

use crate::model::environment::Environment;
use crate::model::origin::Sourced;
use crate::model::plan::calls::{Request, requests};
use crate::model::plan::code_source::CodeSource;
use crate::model::plan::explanation::environment::{Difference, difference};
use crate::model::plan::explanation::rows::{Row, rows};
use crate::model::plan::{Fresh, Plan, plan};
use crate::model::session::Session;
use crate::model::settings::Settings;
use crate::model::time::Timestamp;

/// Everything that is known before a run.
#[derive(Debug)]
pub struct Explanation<'a> {
    settings: &'a Settings,
    plan: &'a Plan,
    code_source: CodeSource,
    now: Timestamp,
    rows: Vec<Row>,
    requests: Vec<Request>,
    /// What would be sent if the program that is going to run gave a long-term key.
    with_key: Option<Vec<Request>>,
    environment: Difference,
}

impl<'a> Explanation<'a> {
    /// Puts it together; `env` is the caller's environment.
    pub fn new(
        settings: &'a Settings,
        plan: &'a Plan,
        code_source: CodeSource,
        env: &Environment,
        now: Timestamp,
    ) -> Self {
        let requests = requests(settings, plan, &code_source);
        let environment = difference(env, settings, plan, &requests);
        Self {
            rows: rows(settings),
            requests,
            with_key: requests_with_key(settings, plan, &code_source, now),
            settings,
            plan,
            code_source,
            now,
            environment,
        }
    }

    /// For programs: names in snake case, times in seconds, moments by RFC 3339.
    pub fn to_json(&self) -> Value {
        let steps = self.plan.steps.iter().enumerate();
        let sessions = steps.map(|(number, step)| {
            let cached = self.cached(number);
            json!({
                "kind": step.kind,
                "role_arn": step.role().map(|role| &role.arn.value),
                "duration_seconds": step.duration,
                "expires_at": cached.map(|session| session.expires_at.to_string()),
            })
        });
        let in_json =
            |requests: &Vec<Request>| requests.iter().map(of_request).collect::<Vec<Value>>();
        // Null where it is not known before the program has run.
        let needs_code = (!self.may_need_code()).then(|| self.plan.needs_code());
        let set: serde_json::Map<String, Value> = self
            .environment
            .set
            .iter()
            .map(|(name, value)| (name.clone(), json!(value)))
            .collect();
        let not_passed = self.settings.not_passed.iter();
        let not_passed = not_passed.map(
            |Sourced { value, origin }| json!({ "name": value, "origin": origin.to_string() }),
        );
        let own = self.settings.own.written.iter();
        let own = own.map(
            |own| json!({ "name": own.name, "value": own.value, "origin": own.origin.to_string() }),
        );
        json!({
            "profile": self.settings.profile.value,
            "chain": self.settings.chain,
            "settings": self.rows.iter().map(Row::to_json).collect::<Vec<_>>(),
            "own_defaults": own.collect::<Vec<_>>(),
            "sessions": sessions.collect::<Vec<_>>(),
            "reason": self.plan.reason.as_ref().map(ToString::to_string),
            "requests": in_json(&self.requests),
            "requests_with_long_term_key": self.with_key.as_ref().map(in_json),
            "needs_code": needs_code,
            "code_source": self.code_source.name(),
            "refused": self.plan.check(self.settings, true).err().map(|error| error.summary()),
            "notices": self.notices().collect::<Vec<_>>(),
            "environment": {
                "set": set,
                "removed": self.environment.removed,
                "not_passed": not_passed.collect::<Vec<_>>(),
            },
        })
    }

    /// What a run would tell.
    fn notices(&self) -> impl Iterator<Item = &String> {
        let account = &self.environment.replaced_account;
        self.settings.notices.iter().chain(account)
    }

    fn cached(&self, number: usize) -> Option<&Session> {
        let (found, session) = self.plan.cached.as_ref()?;
        (*found == number).then_some(session)
    }

    /// Whether a program decides if a code is needed.
    fn may_need_code(&self) -> bool {
        let mut requests = self.with_key.iter().flatten();
        requests.any(|request| request.with_code)
    }
}

/// `explain` does not run the program, which decides what comes after it.
fn requests_with_key(
    settings: &Settings,
    plan: &Plan,
    code_source: &CodeSource,
    now: Timestamp,
) -> Option<Vec<Request>> {
    settings.program_to_run(plan)?;
    let with_key = settings.with_key_of_program()?;
    let plan = self::plan(&with_key, Fresh::Nothing, now, |_| Ok(None)).ok()?;
    Some(requests(&with_key, &plan, code_source))
}

fn of_request(request: &Request) -> Value {
    json!({
        "service": request.service,
        "action": request.action,
        "role_arn": request.role_arn,
        "duration_seconds": request.duration,
        "with_code": request.with_code,
    })
}
