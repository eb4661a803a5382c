//! Statuses of completions, from the library's numbers.

use std::ffi::c_int;

use super::abi;
use crate::error::Status;

/// What an `ibv_wc_status` means.
#[inline]
pub(super) fn status_of(code: c_int) -> Status {
    match code {
        abi::IBV_WC_SUCCESS => Status::Success,
        code => failure(code),
    }
}

#[cold]
fn failure(code: c_int) -> Status {
    match code {
        abi::IBV_WC_LOC_LEN_ERR => Status::LocalLength,
        abi::IBV_WC_LOC_QP_OP_ERR => Status::LocalQueuePair,
        abi::IBV_WC_LOC_PROT_ERR | abi::IBV_WC_LOC_ACCESS_ERR => Status::LocalProtection,
        abi::IBV_WC_WR_FLUSH_ERR => Status::Flushed,
        abi::IBV_WC_REM_INV_REQ_ERR => Status::RemoteInvalidRequest,
        abi::IBV_WC_REM_ACCESS_ERR => Status::RemoteAccess,
        abi::IBV_WC_REM_OP_ERR => Status::RemoteOperation,
        abi::IBV_WC_RETRY_EXC_ERR | abi::IBV_WC_RESP_TIMEOUT_ERR => Status::RetryExceeded,
        abi::IBV_WC_RNR_RETRY_EXC_ERR => Status::ReceiverNotReady,
        other => Status::Other(other.cast_unsigned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_has_its_meaning() {
        // By the numbers of the InfiniBand verbs, not by our names for them.
        let expected = [
            (0, Status::Success),
            (1, Status::LocalLength),
            (2, Status::LocalQueuePair),
            (3, Status::Other(3)),
            (4, Status::LocalProtection),
            (5, Status::Flushed),
            (6, Status::Other(6)),
            (8, Status::LocalProtection),
            (9, Status::RemoteInvalidRequest),
            (10, Status::RemoteAccess),
            (11, Status::RemoteOperation),
            (12, Status::RetryExceeded),
            (13, Status::ReceiverNotReady),
            (20, Status::RetryExceeded),
            (21, Status::Other(21)),
            (99, Status::Other(99)),
            (-1, Status::Other(u32::MAX)),
        ];
        for (code, status) in expected {
            assert_eq!(status_of(code), status, "{code}");
        }
    }
}
