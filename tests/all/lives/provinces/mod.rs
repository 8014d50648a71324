//! Each province as its text has it, from the document to the report.

mod ba_ria_vung_tau;
mod can_tho;
mod dong_nai;
