//! A stand-in for the parts of AWS that mfaexec and its users touch.
