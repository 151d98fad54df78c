//! Which requests the endpoint answers: those that only the command can make. Web pages and other
//! users reach the port as well.

use http::header::{AUTHORIZATION, HOST, HeaderMap, HeaderName, ORIGIN};
use http::request::Parts;
use http::{Method, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

/// Where the session is.
pub(crate) const PATH: &str = "/credentials";

/// What a request of the command has.
#[derive(Debug, Clone)]
pub(crate) struct Expected {
    /// `127.0.0.1:PORT`
    pub host: String,
    pub token: SecretString,
}

impl Expected {
    /// What the command finds in `AWS_CONTAINER_CREDENTIALS_FULL_URI`. Some SDKs allow only this
    /// address over plain http.
    pub(crate) fn uri(&self) -> String {
        format!("http://{}{PATH}", self.host)
    }

    /// Refuses a request that the command would not make.
    ///
    /// # Errors
    /// The status, and what is wrong with it.
    pub(crate) fn check(&self, request: &Parts) -> Result<(), (StatusCode, &'static str)> {
        let headers = &request.headers;
        let forbidden = |cause| Err((StatusCode::FORBIDDEN, cause));
        // A page whose name was made to lead to 127.0.0.1 sends its own name here.
        if only(headers, HOST) != Some(self.host.as_bytes()) {
            return forbidden("the Host header is not that of this endpoint");
        }
        // Pages send it, SDKs do not.
        if headers.contains_key(ORIGIN) {
            return forbidden("requests with an Origin header are refused");
        }
        if request.method != Method::GET {
            return forbidden("only GET is allowed");
        }
        let token = only(headers, AUTHORIZATION).unwrap_or_default();
        let own = self.token.expose_secret().as_bytes();
        if !bool::from(own.ct_eq(token)) {
            return forbidden("the Authorization header does not have the token of this endpoint");
        }
        // A proxy is asked with more than a path.
        if request.uri != *PATH {
            return Err((StatusCode::NOT_FOUND, "there is nothing at this path"));
        }
        Ok(())
    }
}

/// The value of a header that is there once.
fn only(headers: &HeaderMap, name: HeaderName) -> Option<&[u8]> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    values.next().is_none().then(|| value.as_bytes())
}

#[cfg(test)]
mod tests {
    use http::Request;
    use http::request::Builder;

    use super::*;

    fn judged(change: impl FnOnce(Builder) -> Builder) -> Option<StatusCode> {
        let expected = Expected {
            host: "127.0.0.1:1234".to_owned(),
            token: "secret".into(),
        };
        let request = change(Request::get(PATH)).body(()).expect("a request");
        expected.check(&request.into_parts().0).err().map(|e| e.0)
    }

    fn usual(request: Builder) -> Builder {
        request
            .header("Host", "127.0.0.1:1234")
            .header("Authorization", "secret")
    }

    #[test]
    fn the_command_is_answered() {
        assert_eq!(judged(usual), None);
        assert_eq!(judged(|r| usual(r).header("Accept", "*/*")), None);
    }

    #[test]
    fn others_are_refused() {
        let refused = Some(StatusCode::FORBIDDEN);
        let token = |r: Builder, token: &str| {
            let r = r.header("Host", "127.0.0.1:1234");
            r.header("Authorization", token)
        };
        let host =
            |r: Builder, host: &str| r.header("Authorization", "secret").header("Host", host);
        for wrong in ["", "secre", "secret ", "secrets", "Bearer secret", "SECRET"] {
            assert_eq!(judged(|r| token(r, wrong)), refused, "{wrong:?}");
        }
        for wrong in [
            "localhost:1234",
            "127.0.0.1",
            "a.example:1234",
            "127.0.0.1:80",
        ] {
            assert_eq!(judged(|r| host(r, wrong)), refused, "{wrong:?}");
        }
        assert_eq!(judged(|r| r.header("Host", "127.0.0.1:1234")), refused);
        assert_eq!(judged(|r| r.header("Authorization", "secret")), refused);
        assert_eq!(judged(|r| host(usual(r), "127.0.0.1:1234")), refused);
        assert_eq!(judged(|r| usual(r).header("Origin", "null")), refused);
        for method in ["OPTIONS", "POST", "HEAD", "PUT"] {
            assert_eq!(judged(|r| usual(r).method(method)), refused, "{method}");
        }
        for uri in [
            "/",
            "/credentials/",
            "/credentials?a",
            "http://127.0.0.1:1234/credentials",
        ] {
            let found = judged(|r| usual(r).uri(uri));
            assert_eq!(found, Some(StatusCode::NOT_FOUND), "{uri}");
        }
    }
}
