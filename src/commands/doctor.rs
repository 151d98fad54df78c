//! `mfaexec doctor`: what is wrong, with cause and remedy.

use crate::edge::output::{Ui, colours_on_stdout, print, width_of_stdout};
use crate::error::Result;
use crate::model::doctor::text::TextStyle;
use crate::model::environment::Environment;
use crate::options::DoctorChoice;
use crate::sign_in::doctor::examine;

pub(crate) fn doctor(env: &Environment, choice: &DoctorChoice, ui: Ui) -> Result<()> {
    let report = examine(env, choice.profile.as_deref(), ui);
    if choice.json {
        print(&report.to_json())?;
    } else {
        print(&report.to_text(TextStyle {
            width: width_of_stdout(),
            colours: colours_on_stdout(),
            only_problems: ui.is_quiet(),
        }))?;
        ui.notice(&report.summary());
    }
    report.verdict()
}
