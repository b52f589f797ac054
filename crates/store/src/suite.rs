//! The contract every backend must pass. Each case takes a fresh, empty backend.
