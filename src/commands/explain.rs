//! `mfaexec explain`: what a run would do, without doing any of it and without any network.

use crate::cli::SignIn;
use crate::commands::print;
use crate::edge::clock::now;
use crate::edge::process::exec;
use crate::error::Result;
use crate::model::environment::Environment;
use crate::model::plan::calls::CodeSource;
use crate::model::plan::explanation::Explanation;
use crate::model::plan::program_key::plan_either;
use crate::model::prompt::method::Way;
use crate::model::settings::Settings;
use crate::sign_in::cached::open_cache;
use crate::sign_in::cached::{at_hand, find_known_device};
use crate::sign_in::code_source::way;
use crate::sign_in::request::read_settings;

/// Prints the plan.
pub(crate) fn explain(env: &Environment, sign_in: &SignIn, as_json: bool) -> Result<()> {
    exec::protect_memory();
    let mut settings = read_settings(&mut env.clone(), sign_in)?;
    let cache = open_cache(env, sign_in.cache)?;
    find_known_device(&mut settings, &cache)?;
    let now = now();
    let (settings, plan) =
        plan_either(settings, sign_in.fresh, now, |layer| at_hand(&cache, layer))?;
    let codes = code_source(env, sign_in, &settings)?;
    let explanation = Explanation::new(&settings, &plan, codes, env, now);
    match as_json {
        true => print(&format!("{:#}\n", explanation.to_json())),
        false => print(&explanation.to_text()),
    }
}

fn code_source(env: &Environment, sign_in: &SignIn, settings: &Settings) -> Result<CodeSource> {
    if sign_in.code.is_some() || env.text("MFAEXEC_CODE").is_some() {
        return Ok(CodeSource::Given);
    }
    match (&settings.mfa_process, &sign_in.prompt, sign_in.no_input) {
        (Some(_), None, _) => return Ok(CodeSource::Printed),
        (_, _, true) => return Ok(CodeSource::Nowhere),
        _ => {}
    }
    Ok(match way(env, sign_in)? {
        Some(Way::Dialog(_)) => CodeSource::Dialog,
        Some(Way::Terminal) | None => CodeSource::Typed,
    })
}
