#!/bin/sh
# A corpus as a job array of Slurm: each task works on its share, and the last step joins them.
#
#     mkdir -p logs
#     job=$(sbatch --parsable --array=0-15 examples/slurm-array.sh)
#     sbatch --dependency=afterany:$job --wrap "stftcli corpus merge feats"
#
# A task that was killed goes on where it was when it is submitted again.
#SBATCH --job-name=stftcli
#SBATCH --cpus-per-task=2
#SBATCH --time=04:00:00
#SBATCH --output=logs/%x-%A-%a.txt

# Without these, each process would start as many threads as the node has processors.
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1

exec stftcli features "${CLIPS:-clips}" --mel 80 --log db --out-dir "${FEATS:-feats}" \
    --shard "$((SLURM_ARRAY_TASK_ID + 1))/$SLURM_ARRAY_TASK_COUNT" \
    --jobs "${SLURM_CPUS_PER_TASK:-2}"
