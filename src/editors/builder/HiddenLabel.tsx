import { css } from '@emotion/css';
import { useStyles2 } from '@grafana/ui';

interface Props {
  htmlFor: string;
  children: string;
}

/** The name of a field that its place says to who sees it. */
export function HiddenLabel({ htmlFor, children }: Props) {
  const styles = useStyles2(getStyles);
  return (
    <label className={styles.label} htmlFor={htmlFor}>
      {children}
    </label>
  );
}

const getStyles = () => ({
  label: css({
    position: 'absolute',
    width: 1,
    height: 1,
    overflow: 'hidden',
    clipPath: 'inset(50%)',
    whiteSpace: 'nowrap',
  }),
});
