//! The SDK's parser of config files, given text that [`crate::model::config_text`] has made for it.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use aws_runtime::env_config::file::EnvConfigFiles;
use aws_runtime::env_config::section::EnvConfigSections;
use aws_runtime::env_config::source;
use aws_types::os_shim_internal::{Env, Fs};

use crate::error::{Error, Result};

/// The SDK's parser is behind an async function that only waits for files. With contents given
/// there is nothing to wait for, so one poll is all it takes, and no runtime is started.
pub(crate) fn parse_sections(files: &EnvConfigFiles) -> Result<EnvConfigSections> {
    let (env, fs) = (Env::from_slice(&[]), Fs::real());
    let mut load = pin!(source::load(&env, &fs, files));
    let failed = |cause: String| {
        let remedy = "mend the file, or point AWS_CONFIG_FILE at another one";
        Error::new("cannot read the AWS config files", cause, remedy)
    };
    match load.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(source)) => {
            EnvConfigSections::parse(source).map_err(|error| failed(error.to_string()))
        }
        Poll::Ready(Err(error)) => Err(failed(error.to_string())),
        Poll::Pending => Err(failed("the parser waits for something".to_owned())),
    }
}
