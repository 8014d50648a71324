//! One story for each of the five provinces, on what its own text says.

mod ba_ria_vung_tau;
mod binh_dinh;
mod can_tho;
mod dong_nai;
mod gia_lai;
