//! Calls to STS, and what else gives keys. A code is sent once, whatever happens: it works once, and no
//! one can tell whether a lost call used it.

use std::io::PipeWriter;

use secrecy::{ExposeSecret, SecretString};

use crate::edge::aws::calls::federation;
use crate::edge::aws::clients::{assume_role, signer};
use crate::edge::aws::errors::{PROVIDER, failure, lost};
use crate::edge::aws::providers::provide;
use crate::edge::aws::thread::{Aws, Pending, of_session};
use crate::edge::aws::validate::{Identity, TemporaryKeys, validate_caller, validate_keys};
use crate::model::console::Console;
use crate::model::failure::SIGNIN_TOKEN;
use crate::model::session::Session;
use crate::model::source::provider::Provider;
use crate::model::source::role::Role;

pub(super) const NO_CREDENTIALS: &str = "the answer holds no credentials";

/// A code, and the device that it is of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Code<'a> {
    pub serial: &'a str,
    pub code: &'a SecretString,
}

impl Code<'_> {
    fn parts(code: Option<Self>) -> (Option<String>, Option<SecretString>) {
        code.map(|code| (code.serial.to_owned(), code.code.clone()))
            .unzip()
    }
}

impl Aws {
    /// Asks STS whose key this is: the long-term one, or a session's. No one needs a permission for
    /// that, and it costs no code. A failure that makes a sign-in pointless is written to `waker`,
    /// if there is one.
    pub(crate) fn caller_identity(
        &self,
        whose: Option<&Session>,
        waker: Option<PipeWriter>,
    ) -> Pending<Identity> {
        let signer = whose.map(signer);
        let secrets = self.secrets.clone().with(of_session(whose));
        self.call("GetCallerIdentity", waker, secrets, |clients| {
            let call = clients.sts.get_caller_identity();
            async move {
                let call = call.customize().config_override(signer.unwrap_or_default());
                let answer = call
                    .send()
                    .await
                    .map_err(|e| failure("GetCallerIdentity", &e))?;
                validate_caller(answer.account, answer.arn)
            }
        })
    }

    /// Gets a session of `duration` seconds for the long-term key, with a code or without one. Sent
    /// once, whatever happens: a code works once, and no one can tell whether a lost call used it.
    pub(crate) fn session_token(
        &self,
        code: Option<Code<'_>>,
        duration: u64,
    ) -> Pending<TemporaryKeys> {
        const OPERATION: &str = "GetSessionToken";
        let (serial, code) = Code::parts(code);
        let secrets = self.secrets.clone().with(&code);
        self.call(OPERATION, None, secrets, move |clients| {
            let call = clients
                .sts
                .get_session_token()
                .set_serial_number(serial)
                .set_token_code(code.as_ref().map(|code| code.expose_secret().to_owned()))
                .duration_seconds(seconds(duration));
            async move {
                let answer = call.send().await.map_err(|e| failure(OPERATION, &e))?;
                let keys = answer.credentials.as_ref();
                let keys = keys.ok_or_else(|| lost(OPERATION, NO_CREDENTIALS))?;
                validate_keys(OPERATION, keys, duration)
            }
        })
    }

    /// Gets a session of a role, with the long-term key or with another session. As for the code,
    /// see [`Aws::session_token`].
    pub(crate) fn assume_role(
        &self,
        source: Option<&Session>,
        code: Option<Code<'_>>,
        role: &Role,
        session_name: &str,
        duration: u64,
    ) -> Pending<TemporaryKeys> {
        const OPERATION: &str = "AssumeRole";
        let (serial, code) = Code::parts(code);
        let (role, session_name) = (role.clone(), session_name.to_owned());
        let signer = source.map(signer);
        let secrets = self.secrets.clone().with(&code).with(of_session(source));
        self.call(OPERATION, None, secrets, move |clients| {
            let call = assume_role(&clients.sts, &role)
                .role_session_name(session_name)
                .set_serial_number(serial)
                .set_token_code(code.as_ref().map(|code| code.expose_secret().to_owned()))
                .duration_seconds(seconds(duration));
            async move {
                let call = call.customize().config_override(signer.unwrap_or_default());
                let answer = call.send().await.map_err(|e| failure(OPERATION, &e))?;
                let keys = answer.credentials.as_ref();
                let keys = keys.ok_or_else(|| lost(OPERATION, NO_CREDENTIALS))?;
                validate_keys(OPERATION, keys, duration)
            }
        })
    }

    /// Gets temporary keys from someone else.
    pub(crate) fn provided(&self, provider: &Provider) -> Pending<TemporaryKeys> {
        let provider = provider.clone();
        self.call(PROVIDER, None, self.secrets.clone(), move |clients| {
            provide(provider, clients.ways.clone())
        })
    }

    /// Gets a token that signs a browser in to the console. What comes back is in no log: the token is
    /// as good as the session.
    pub(crate) fn signin_token(
        &self,
        session: &Session,
        console: &Console,
    ) -> Pending<SecretString> {
        let secrets = self.secrets.clone().with(of_session(Some(session)));
        let (url, form) = (console.endpoint.clone(), console.form(session));
        self.call(SIGNIN_TOKEN, None, secrets, move |clients| {
            federation::signin_token(clients.http.clone(), url, form)
        })
    }
}

fn seconds(duration: u64) -> i32 {
    i32::try_from(duration).unwrap_or(i32::MAX)
}
