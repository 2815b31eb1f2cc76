"""Matrices: products, decompositions, solving, Fourier transforms."""

from cases import N, P, V, bad, bads, row, rows

TOLERANCE = 1e-5

SPD = V([[4.0, 1.0, 0.5], [1.0, 3.0, 0.25], [0.5, 0.25, 2.0]])
SQUARE = V([[2.0, 1.0, 0.5], [-1.0, 3.0, 0.25], [0.5, -0.25, 1.5]])
BATCH = V([[[2.0, 1.0], [-1.0, 3.0]], [[1.5, 0.25], [0.5, -2.0]]])

ROWS = [
    rows("""
        tf.matmul(x, y)
        x @ y
        tf.matmul(x, tf.transpose(x))
        tf.matmul(x, x, transpose_b=True)
        tf.matmul(x, x, transpose_a=True)
        tf.matmul(x, x, adjoint_b=True)
        tf.matmul(y, x, True, True)
        tf.tensordot(x, y, 1)
        tf.tensordot(x, y, [[1], [0]])
        tf.tensordot(x, x, axes=[[0, 1], [0, 1]])
        tf.tensordot(x, y, axes=0)
    """, "float32 float64 complex64", x=N(2, 3), y=N(3, 4)),
    row("tf.matmul(x, y)", "int32 float16 int64", x=N(2, 3), y=N(3, 4)),
    rows("""
        tf.einsum('ij,jk->ik', x, y)
        tf.einsum('ij,jk', x, y)
    """, "float32 float64 complex64", shapes="known partly", x=N(2, 3), y=N(3, 4)),
    rows("""
        tf.einsum('ij->ji', x)
        tf.einsum('ij->', x)
        tf.einsum('ij,ij->i', x, x)
        tf.einsum('ij,kj->ik', x, x)
        tf.einsum('i,j->ij', x[0], x[1])
    """, shapes="known partly", x=N(2, 3)),
    row("tf.einsum('bij,bjk->bik', x, y)", shapes="known partly", x=N(2, 3, 4), y=N(2, 4, 2)),
    rows("""
        tf.matmul(x, y)
        tf.matmul(x, y, transpose_a=False, adjoint_b=False)
        tf.matmul(y, x, transpose_a=True, transpose_b=True)
        tf.matmul(x, x, adjoint_b=True)
        tf.matmul(x, x, transpose_a=True)
    """, "float32 float64 complex64", x=N(2, 3, 4), y=N(2, 4, 3)),
    row("tf.matmul(x, y)", x=N(2, 1, 3, 4), y=N(3, 4, 2)),
    row("tf.matmul(x, y)", x=N(2, 3, 4), y=N(4, 2)),
    row("raw.BatchMatMul(x=x, y=y, adj_x=False, adj_y=True)", "float32 complex64", x=N(2, 3, 4),
        y=N(2, 2, 4)),
    row("raw.SparseMatMul(a=x, b=y)", "float32", x=N(2, 3), y=N(3, 2)),
    row("tf.matmul(x, y, a_is_sparse=True)", "float32", x=N(2, 3), y=N(3, 2)),
    row("tf.matmul(x, y, transpose_a=True, b_is_sparse=True)", "float32", x=N(3, 2), y=N(3, 2)),
    row("tf.linalg.matvec(x, y)", x=N(2, 3), y=N(3)),
    row("tf.linalg.matvec(x, y, transpose_a=True)", x=N(2, 3), y=N(2)),
    row("tf.tensordot(x, y, 2)", x=N(2, 3, 4), y=N(3, 4, 2)),
    row("tf.tensordot(x, y, [[0, 2], [1, 0]])", x=N(2, 3, 4), y=N(4, 2, 2)),
    row("tf.cross(x, y)", "float32 float64 int32", x=N(2, 3), y=N(2, 3)),
    row("tf.linalg.cross(x, y)", x=N(3), y=N(3)),
    row("tf.trace(x)", "float32 float64 int32", x=N(2, 3, 3)),
    bads("""
        tf.matmul(x, x)
        tf.matmul(x[0], x)
        tf.matmul(x, x, transpose_a=True, adjoint_a=True)
        tf.matmul(x, tf.cast(x, tf.int32))
        tf.tensordot(x, x, 1)
        tf.tensordot(x, x, [[0], [0, 1]])
        tf.einsum('ij,jk->ik', x, x)
        tf.einsum('ij->k', x)
        tf.cross(x, x[:, :2])
        tf.linalg.matvec(x, [1.0, 2.0])
        tf.cholesky(x)
        tf.matrix_inverse(x)
        tf.matrix_determinant(x)
        tf.matrix_solve(x, x)
    """, x=N(2, 3)),

    # ---- decompositions and solving ----
    rows("""
        tf.cholesky(x)
        tf.linalg.cholesky(x)
        tf.cholesky_solve(tf.cholesky(x), y)
        tf.linalg.logdet(x)
        tf.self_adjoint_eigvals(x)
        tf.self_adjoint_eig(x)[0]
    """, numeric=False, x=SPD, y=N(3, 2)),
    row("tf.linalg.sqrtm(x)", numeric=False, x=SPD),
    row("tf.linalg.tridiagonal_solve(x, y)", shapes="known partly", x=P(3, 4), y=N(4, 2)),
    row("tf.linalg.tridiagonal_solve(x, y, partial_pivoting=False)", shapes="known", x=P(3, 4),
        y=N(4)),
    row("tf.linalg.tridiagonal_matmul(x, y)", shapes="known partly", x=N(3, 4), y=N(4, 2)),
    row("raw.TridiagonalMatMul(superdiag=x, maindiag=x, subdiag=x, rhs=y)", "complex64",
        shapes="known", x=N(1, 3), y=N(3, 2)),
    rows("""
        tf.matrix_inverse(x)
        tf.matrix_inverse(x, adjoint=True)
        tf.matrix_determinant(x)
        tf.linalg.slogdet(x)
        tf.matrix_solve(x, y)
        tf.matrix_solve(x, y, adjoint=True)
        tf.matrix_triangular_solve(x, y)
        tf.matrix_triangular_solve(x, y, lower=False)
        tf.matrix_triangular_solve(x, y, lower=False, adjoint=True)
        tf.qr(x)
        tf.linalg.qr(x)[1]
        tf.svd(x, compute_uv=False)
        tf.norm(x)
        tf.linalg.norm(x, 1, axis=0)
        tf.linalg.norm(x, np.inf, axis=1, keepdims=True)
        tf.linalg.norm(x, 'fro', axis=[0, 1])
        tf.linalg.norm(x, 3)
        tf.linalg.lu(x)
        tf.matrix_solve_ls(x, y, 0.1)
        tf.linalg.trace(x)
    """, numeric=False, x=SQUARE, y=N(3, 2)),
    rows("""
        tf.matrix_inverse(x)
        tf.matrix_determinant(x)
        tf.matrix_solve(x, x)
        tf.linalg.slogdet(x)
    """, numeric=1, x=BATCH),
    row("tf.linalg.qr(x, full_matrices=True)", numeric=False, x=N(3, 2)),
    row("tf.linalg.qr(x)", numeric=False, x=N(4, 2)),
    row("tf.svd(x, compute_uv=False)", numeric=False, x=N(4, 2)),
    row("tf.matrix_solve_ls(x, y)", numeric=False, x=N(4, 2), y=N(4, 1)),
    row("tf.linalg.lstsq(x, y, fast=False)", numeric=False, grads=False, x=N(4, 2), y=N(4, 1)),
    row("tf.linalg.adjoint(x)", "float32 complex64", x=N(2, 3)),
    row("tf.linalg.logm(x)", "complex64", numeric=False, grads=False, x=SPD),
    bad("tf.cholesky(x)", x=V([[1.0, 2.0], [2.0, 1.0]])),
    bad("tf.matrix_inverse(x)", x=V([[1.0, 2.0], [2.0, 4.0]])),
    bad("tf.matrix_solve(x, y)", x=V([[1.0, 2.0], [2.0, 4.0]]), y=N(2, 1)),

    # ---- Fourier transforms ----
    rows("""
        tf.fft(x)
        tf.ifft(x)
        tf.fft2d(x)
        tf.ifft2d(x)
    """, "complex64", x=N(3, 4)),
    rows("""
        tf.signal.irfft(x)
        tf.signal.irfft(x, [6])
        tf.signal.irfft2d(x)
    """, "complex64", shapes="known", x=N(3, 4)),
    row("tf.signal.irfft(x, [5])", "complex64", grads=False, x=N(3, 4)),
    row("tf.signal.rfft(x, [6])", "float32", grads=False, x=N(3, 8)),
    row("tf.fft3d(x)", "complex64", x=N(2, 3, 4)),
    row("tf.ifft3d(x)", "complex64", x=N(2, 3, 4)),
    row("tf.signal.rfft3d(x)", "float32", x=N(2, 3, 4)),
    row("tf.signal.irfft3d(x)", "complex64", shapes="known", x=N(2, 3, 4)),
    rows("""
        tf.signal.rfft(x)
        tf.signal.rfft2d(x)
        tf.signal.dct(x)
        tf.signal.dct(x, norm='ortho')
        tf.signal.idct(x)
        tf.signal.frame(x, 3, 1)
        tf.signal.frame(x, 2, 2, pad_end=True)
        tf.signal.stft(x, 4, 2)
    """, "float32", shapes="known", x=N(3, 8)),
    rows("""
        tf.signal.hann_window(8)
        tf.signal.hamming_window(7, periodic=False)
    """),
    row("tf.signal.overlap_and_add(x, 2)", "float32", shapes="known", x=N(3, 4)),
    row("tf.lbeta(x)", x=P(2, 3)),
]
