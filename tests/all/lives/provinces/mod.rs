//! One story for each of the five provinces, on what its own text says.

mod binh_dinh;
mod gia_lai;
