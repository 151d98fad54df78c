//! `mfaexec explain`: what a run would do, without doing any of it and without any network.

use secrecy::SecretString;

use crate::edge::clock::now;
use crate::edge::output::print;
use crate::error::Result;
use crate::model::environment::Environment;
use crate::model::plan::Fresh;
use crate::model::plan::code_source::CodeSource;
use crate::model::plan::explanation::Explanation;
use crate::model::plan::program_key::plan_either;
use crate::model::settings::Settings;
use crate::model::settings::exports::without_exports;
use crate::model::vars::CODE;
use crate::options::SignIn;
use crate::sign_in::ask::code_source::{find_codes, prompt_method};
use crate::sign_in::cached::{cached, find_known_caller, find_known_device, open_cache};
use crate::sign_in::request::read_settings;

pub(crate) fn explain(env: &Environment, sign_in: &SignIn, as_json: bool) -> Result<()> {
    let mut settings = read_settings(&without_exports(env), sign_in)?;
    let cache = open_cache(env, sign_in.cache)?;
    find_known_device(&mut settings, &cache)?;
    find_known_caller(&mut settings, &cache)?;
    let now = now();
    let fresh = Fresh::asked_for(sign_in.fresh, is_given(env, sign_in));
    let (settings, plan) = plan_either(settings, fresh, now, |step| cached(&cache, step))?;
    let code_source = code_source(env, sign_in, &settings)?;
    let explanation = Explanation::new(&settings, &plan, code_source, env, now);
    match as_json {
        true => print(&format!("{:#}\n", explanation.to_json())),
        false => print(&explanation.to_text()),
    }
}

/// Whether a code comes with the invocation.
fn is_given(env: &Environment, sign_in: &SignIn) -> bool {
    sign_in.code.is_some() || env.text(CODE).is_some()
}

/// The same as a run would find, without reading or asking anything.
fn code_source(env: &Environment, sign_in: &SignIn, settings: &Settings) -> Result<CodeSource> {
    prompt_method(env, sign_in)?;
    let given = is_given(env, sign_in).then(|| Ok(SecretString::default()));
    Ok(match find_codes(given, env, sign_in, settings) {
        Ok(codes) => codes.source(),
        Err(error) => CodeSource::None(error.cause().to_owned()),
    })
}
