//! The body of an answer: text, with any number of blanks in the middle.
//!
//! The blanks are made as they are sent, so that a client that stops reading costs nothing.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::body::{Bytes, Frame, SizeHint};

const CHUNK: &[u8] = &[b' '; 1 << 16];

pub(crate) struct Body {
    head: Bytes,
    blanks: usize,
    tail: Bytes,
}

impl Body {
    pub(crate) fn padded(head: String, blanks: usize, tail: String) -> Body {
        Body {
            head: head.into(),
            blanks,
            tail: tail.into(),
        }
    }
}

impl<T: Into<Bytes>> From<T> for Body {
    fn from(whole: T) -> Body {
        Body {
            head: whole.into(),
            blanks: 0,
            tail: Bytes::new(),
        }
    }
}

impl hyper::body::Body for Body {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let this = self.get_mut();
        let next = if !this.head.is_empty() {
            std::mem::take(&mut this.head)
        } else if this.blanks > 0 {
            let chunk = Bytes::from_static(&CHUNK[..this.blanks.min(CHUNK.len())]);
            this.blanks -= chunk.len();
            chunk
        } else if !this.tail.is_empty() {
            std::mem::take(&mut this.tail)
        } else {
            return Poll::Ready(None);
        };
        Poll::Ready(Some(Ok(Frame::data(next))))
    }

    fn size_hint(&self) -> SizeHint {
        // No Content-Length for a padded body: the client has to find out for itself.
        if self.blanks > 0 {
            return SizeHint::default();
        }
        SizeHint::with_exact((self.head.len() + self.tail.len()) as u64)
    }
}
